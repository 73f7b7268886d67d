import type { EpochMillis } from './clock.js';
import type { GrantName } from './grant-name.js';

export const keyEnvironments = ['PRODUCTION', 'SANDBOX'] as const;
export type KeyEnvironment = (typeof keyEnvironments)[number];

export const tokenFormats = ['JWT', 'OPAQUE'] as const;
export type TokenFormat = (typeof tokenFormats)[number];

/** JWS algorithms that access tokens can be signed with (RFC 7518 §3.1; EDDSA is RFC 8037's `EdDSA`, with Ed25519). */
export const signingAlgorithms = ['ES256', 'RS256', 'EDDSA'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** The `typ` header of a JWT access token: RFC 9068 §2.1, or plain `JWT` for resource servers that refuse it. */
export const accessTokenHeaderTypes = ['AT_JWT', 'JWT'] as const;
export type AccessTokenHeaderType = (typeof accessTokenHeaderTypes)[number];

/**
 * How a client authenticates (RFC 6749 §2.3). Header and body are one capability: both are accepted, never both at once. A client of
 * PRIVATE_KEY_JWT (RFC 7523 §2.2) has no secret.
 */
export const clientAuthenticationMethods = [
  'CLIENT_SECRET_BASIC',
  'CLIENT_SECRET_POST',
  'PRIVATE_KEY_JWT',
  'NONE',
] as const;
export type ClientAuthenticationMethod = (typeof clientAuthenticationMethods)[number];

export interface Label {
  readonly key: string;
  readonly value: string;
}

/** What is kept of a client secret: a keyed digest, never the value. Live while `expiresAt` is absent or ahead. */
export interface ClientSecret {
  readonly id: string;
  readonly name?: string;
  /** The last four characters. */
  readonly hint: string;
  /** `crypto/keyring` digest with its key id in front. */
  readonly digest: string;
  readonly createdAt: EpochMillis;
  readonly expiresAt?: EpochMillis;
  /** A rotation whose secret nobody has used yet: so many seconds after its first use the secrets before it in the list end. */
  readonly retiresOlderAfterSeconds?: number;
}

/** An OAuth client (RFC 6749 §2): one environment of one application. */
export interface KeySet {
  /** Never reused, also not when the keys are made anew under the same `clientId`: tokens carry it. */
  readonly id: string;
  readonly clientId: string;
  readonly environment: KeyEnvironment;
  readonly enabled: boolean;
  readonly grantTypes: readonly GrantName[];
  readonly scopes: readonly string[];
  /** Absent: `["default"]` if allowed, else asking for none is invalid_scope. */
  readonly defaultScopes?: readonly string[];
  /** Empty: the issuer. */
  readonly audience: readonly string[];
  readonly redirectUris: readonly string[];
  readonly authenticationMethod: ClientAuthenticationMethod;
  /** Inline JWK set (RFC 7517 §5) as JSON, of a PRIVATE_KEY_JWT client; public members only. */
  readonly jwks?: string;
  readonly accessTokenFormat: TokenFormat;
  readonly accessTokenAlgorithm: SigningAlgorithm;
  readonly accessTokenHeaderType: AccessTokenHeaderType;
  readonly accessTokenLifetimeSeconds: number;
  readonly maxAccessTokenLifetimeSeconds: number;
  readonly refreshTokenLifetimeSeconds: number;
  readonly refreshTokenIdleSeconds: number;
  readonly refreshTokenReuseWindowSeconds: number;
  readonly secrets: readonly ClientSecret[];
  /** Raised in the same write that switches the key set or its application off; tokens with another value are inactive. */
  readonly epoch: number;
  /** The same for one grant type; absent is 0. */
  readonly grantEpochs: Readonly<Partial<Record<GrantName, number>>>;
  readonly createdAt: EpochMillis;
}

/** What an administrator registers. One document or row; every change is a compare-and-set on `version`. */
export interface Application {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly enabled: boolean;
  readonly labels: readonly Label[];
  readonly version: number;
  readonly createdAt: EpochMillis;
  readonly updatedAt: EpochMillis;
  readonly keys: Readonly<Partial<Record<KeyEnvironment, KeySet>>>;
}

/** A key set with the application it belongs to: what the protocol calls a client. */
export interface Client {
  readonly application: Application;
  readonly keySet: KeySet;
}

/**
 * The form under which application names are unique: NFC, trimmed by the caller, case folded (Unicode §3.13): ß, ẞ and ss are one, and so are
 * Σ, σ and ς. Each character is folded by itself, so that a part of a name is folded like the whole; what was folded before stays.
 */
export const nameKey = (name: string): string =>
  Array.from(name.normalize('NFC'), foldedCharacter).join('').normalize('NFC');

/** The dotless ı is a letter of its own, although it shares its capital with i. */
const foldedCharacter = (character: string): string =>
  character === 'ı' ? character : character.toLowerCase().toUpperCase().toLowerCase();

export const keySetsOf = (application: Application): readonly KeySet[] =>
  keyEnvironments.flatMap((environment) => application.keys[environment] ?? []);

/** Origins (RFC 6454) of the redirect URIs of an application's public clients: the browsers that may call /token and /revoke. */
export const publicOriginsOf = (application: Application): readonly string[] => [
  ...new Set(
    keySetsOf(application)
      .filter(({ authenticationMethod }) => authenticationMethod === 'NONE')
      .flatMap(({ redirectUris }) => redirectUris.map((uri) => new URL(uri).origin))
      .filter((origin) => origin !== 'null'),
  ),
];

export const isLive = (secret: ClientSecret, at: EpochMillis): boolean =>
  secret.expiresAt === undefined || secret.expiresAt > at;

export const isUsable = ({ application, keySet }: Client): boolean => application.enabled && keySet.enabled;
