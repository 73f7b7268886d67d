import { managementAudience } from '../model/management-api.js';
import type { OAuthErrorCode } from './oauth-error.js';

/** What `error_uri` tells about an error code. */
export interface ErrorHelp {
  readonly source: string;
  readonly cause: string;
  readonly fix: readonly string[];
  /** Arguments of curl for a request that is right; the variables are those of `.tallygate/quickstart.env`, `$TOKEN`, a bearer token, and `$REFRESH_TOKEN`. */
  readonly curl: (issuer: string) => string;
}

const client = '-u "$TG_KEY:$TG_SECRET"';
const administrator = '-u "$TG_ADMIN_KEY:$TG_ADMIN_SECRET"';

/** One entry for each code of the one table: the compiler names what is missing. */
export const errorHelp: Readonly<Record<OAuthErrorCode, ErrorHelp>> = {
  invalid_request: {
    source: 'RFC 6749 section 5.2',
    cause:
      'The request cannot be read in one way only: a parameter is missing, empty, there twice or malformed, the body is not form-urlencoded UTF-8, the client authenticates in two ways at once, or a token or credential stands in the URL.',
    fix: [
      'Send POST with Content-Type: application/x-www-form-urlencoded and every parameter once, in the body.',
      'Authenticate by the Authorization header or by the body, never by both.',
      'error_description says which of these it was.',
    ],
    curl: (issuer) => `${client} -d grant_type=client_credentials ${issuer}/token`,
  },
  invalid_client: {
    source: 'RFC 6749 section 5.2, RFC 7617 section 2',
    cause:
      'The client did not prove who it is: no credentials, an unknown client id, a wrong, expired or revoked secret, a client or application that is switched off, a client assertion that does not hold, or a method other than the one the keys were made for. Where the request does not show it by itself, the answer does not say which, because that would help to guess.',
    fix: [
      'Compare the client id with the keys of the application, and look whether the keys and the application are enabled.',
      'Basic takes the base64 of id:secret and nothing more, in one line: echo adds a line break to it, printf does not, and base64 breaks long lines (tr -d "\\n" joins them).',
      'Form-urlencode id and secret before the base64 of Basic if they hold other characters than letters, digits and - . _ ~ (curl -u does not).',
      'A client assertion needs iss and sub = client id, aud = the issuer as a single text, exp at most five minutes ahead and a jti that was never used.',
      'The log line with the request_id of the answer names the check that failed.',
    ],
    curl: (issuer) => `${client} -d grant_type=client_credentials ${issuer}/token`,
  },
  invalid_grant: {
    source: 'RFC 6749 section 5.2',
    cause:
      'What was presented for a token gives none: user name or password are wrong or the user is switched off; or the refresh token is expired, revoked, already exchanged, or belongs to another client.',
    fix: [
      'Password: ask the user again. A user without a password cannot use this grant.',
      'Refresh token: always keep the newest one. The one before it is answered only within the short window for lost replies; any later use ends the whole family, and the user has to sign in again.',
    ],
    curl: (issuer) =>
      `${client} -d grant_type=refresh_token --data-urlencode "refresh_token=$REFRESH_TOKEN" ${issuer}/token`,
  },
  unauthorized_client: {
    source: 'RFC 6749 section 5.2, RFC 7009 section 2.1',
    cause:
      'The client is known but may not do this: the grant type is not enabled for its keys, a public client asks for client_credentials, or the token to revoke was issued to another client (it stays active).',
    fix: [
      'Enable the grant type with the mutation enableGrantTypes.',
      'Revoke a token with the client that it was issued to.',
    ],
    curl: (issuer) =>
      `-H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '{"query":"mutation { enableGrantTypes(input: { clientId: \\"'$TG_KEY'\\", grantTypes: [PASSWORD] }) { keys { grantTypes } } }"}' ${managementAudience(issuer)}`,
  },
  unsupported_grant_type: {
    source: 'RFC 6749 section 5.2',
    cause:
      'This server has no grant of the name in grant_type. Names are case-sensitive, and a line break at the end of the body, as echo and editors write it, belongs to the last parameter.',
    fix: ['Use one of grant_types_supported in the metadata document.'],
    curl: (issuer) => `${issuer}/.well-known/oauth-authorization-server`,
  },
  invalid_scope: {
    source: 'RFC 6749 section 5.2 and 3.3',
    cause:
      'A scope is unknown to the client, was not part of the first grant, or is malformed; or no scope was asked for and the client has no default. Scopes are case-sensitive and separated by one space each. Scopes of the management API are for client_credentials only.',
    fix: [
      'Ask only for scopes that the keys have, or give them to the keys with the mutation updateKeys.',
      'Leave scope out to get the default scopes.',
      'The log line with the request_id of the answer names the scopes that the client can have.',
    ],
    curl: (issuer) => `${client} -d grant_type=client_credentials -d scope=default ${issuer}/token`,
  },
  invalid_target: {
    source: 'RFC 8707 section 2',
    cause: 'The parameter resource names something that a token with these scopes is not for.',
    fix: [
      'Leave resource out, or name an audience of the keys.',
      `The management API (the issuer followed by /graphql) needs a management scope in the same request.`,
    ],
    curl: (issuer) =>
      `${client} -d grant_type=client_credentials --data-urlencode "resource=${issuer}" ${issuer}/token`,
  },
  invalid_token: {
    source: 'RFC 6750 section 3.1',
    cause:
      'The bearer token is malformed, expired or revoked, was made for another audience, or ended because its client, application or grant type was switched off.',
    fix: [
      'Get a new token. For the management API it needs one of its scopes, which also makes it the audience.',
      'Send it in the Authorization header; a token in the URL or the body is not read.',
    ],
    curl: (issuer) =>
      `${administrator} -d grant_type=client_credentials --data-urlencode "scope=applications:read" ${issuer}/token`,
  },
  insufficient_scope: {
    source: 'RFC 6750 section 3.1',
    cause: 'The bearer token is good, but its scopes do not allow this. WWW-Authenticate names the scopes that would.',
    fix: [
      'Ask for a token with these scopes.',
      'If the client does not have them, somebody who holds them can add them with the mutation updateKeys.',
    ],
    curl: (issuer) =>
      `${administrator} -d grant_type=client_credentials --data-urlencode "scope=applications:read users:read" ${issuer}/token`,
  },
  not_found: {
    source: 'RFC 9110 section 15.5.5',
    cause: 'There is nothing at this path, or the application that the request names does not exist.',
    fix: [
      'Take the URLs of the endpoints from the metadata document. Paths are case-sensitive and end without a slash.',
      'Take ids of applications from the management API, with { applications { nodes { id name } } }.',
    ],
    curl: (issuer) => `${issuer}/.well-known/oauth-authorization-server`,
  },
  temporarily_unavailable: {
    source: 'RFC 9110 section 15.6.4',
    cause:
      'The server cannot answer now: its store is away, or too many passwords are waiting to be checked. Nothing is known to have changed; a token that was to be revoked may still be active.',
    fix: [
      'Try the same request again after the seconds in Retry-After.',
      'For operators: /readyz and the log say what is missing.',
    ],
    curl: (issuer) => `-i ${issuer}/readyz`,
  },
  server_error: {
    source: 'RFC 6749 section 4.1.2.1',
    cause: 'A defect of this server. The request may or may not have been carried out.',
    fix: ['Report it with the request_id of the answer: the log has the place under this id.'],
    curl: (issuer) => `-i ${issuer}/readyz`,
  },
};
