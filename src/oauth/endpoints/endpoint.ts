import type { ClientAuthenticationMethod } from '../../model/application.js';

/** What an endpoint sees of an HTTP request: plain values, no framework. */
export interface EndpointRequest {
  readonly method: string;
  /** Without the `?`; empty when there is none. */
  readonly query: string;
  /** Lower-case name → value, as Node joins them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Every `Authorization` header as sent: in `headers` they are one. */
  readonly authorization: readonly string[];
  readonly body: Buffer;
  readonly remoteAddress?: string | undefined;
  readonly requestId: string;
  /** Whether somebody waits for the answer still: what is dear need not begin for a client that has gone. */
  readonly isAwaited?: (() => boolean) | undefined;
}

export interface EndpointResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as it is; absent: no body. */
  readonly body?: string;
}

/** How the metadata document speaks of an endpoint (RFC 8414 §2). */
export interface Listing {
  /** The member that holds its URL, which is the issuer and the first of its paths. */
  readonly member: 'token_endpoint' | 'revocation_endpoint' | 'introspection_endpoint' | 'jwks_uri';
  /** The methods by which clients authenticate there; absent: none is needed. */
  readonly authenticationMethods?: readonly ClientAuthenticationMethod[];
  /** Types of access tokens that do in place of them; absent: none. */
  readonly accessTokenTypes?: readonly string[];
}

/** How the page at `/` speaks of what is at a path. */
export interface Signpost {
  readonly group: 'tokens' | 'discovery' | 'management' | 'health';
  /** One sentence, as text. */
  readonly purpose: string;
  /** What a request there has to bring along; absent: nothing, everybody may ask. */
  readonly needs?: 'client authentication' | 'a bearer token';
}

export interface Endpoint {
  readonly paths: readonly string[];
  readonly method: 'GET' | 'POST';
  /** Whose browsers may read the answer: nobody's, those of public clients' redirect URIs, or everybody's (documents without secrets). */
  readonly cors: 'nobody' | 'public_clients' | 'everybody';
  /** Absent: the metadata document does not name it. */
  readonly listing?: Listing;
  /** Undefined has to be said: the page at `/` does not name it. */
  readonly signpost: Signpost | undefined;
  /** Throws OAuthError for refusals; the delivery turns them into RFC 6749 §5.2 objects. */
  readonly handle: (request: EndpointRequest) => Promise<EndpointResponse>;
}
