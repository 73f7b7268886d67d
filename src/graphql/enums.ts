import { registerEnumType } from 'type-graphql';
import type {
  AccessTokenHeaderType,
  ClientAuthenticationMethod,
  KeyEnvironment,
  SigningAlgorithm,
  TokenFormat,
} from '../model/application.js';
import type { Interval } from '../model/calendar.js';
import { grantNames, type GrantName } from '../model/grant-name.js';

interface EnumDescription<Value extends string> {
  readonly description: string;
  readonly values: Readonly<Record<Value, string>>;
}

/** An enum whose values are what they are called; the compiler names a value without a description. */
const enumOf = <Value extends string>(name: string, { description, values }: EnumDescription<Value>): object => {
  const described = Object.entries<string>(values);
  const members = Object.fromEntries(described.map(([value]) => [value, value]));
  const valuesConfig = Object.fromEntries(described.map(([value, text]) => [value, { description: text }]));
  registerEnumType(members, { name, description, valuesConfig });
  return members;
};

export const KeyEnvironmentEnum = enumOf<KeyEnvironment>('KeyEnvironment', {
  description: 'Which of the two key sets of an application.',
  values: {
    PRODUCTION: 'The key set that real users meet.',
    SANDBOX: 'The key set for trying things out; an API tells its tokens by the claim environment.',
  },
});

export const TokenFormatEnum = enumOf<TokenFormat>('TokenFormat', {
  description: 'What an access token looks like.',
  values: {
    JWT: 'A signed JWT (RFC 9068) that a resource server can check by itself.',
    OPAQUE: 'A random text that a resource server asks /introspect about (RFC 7662).',
  },
});

export const SigningAlgorithmEnum = enumOf<SigningAlgorithm>('SigningAlgorithm', {
  description: 'JWS algorithm that signs JWT access tokens (RFC 7518, RFC 8037).',
  values: {
    ES256: 'ECDSA with P-256 and SHA-256.',
    RS256: 'RSASSA-PKCS1-v1_5 with SHA-256 and a key of 2048 bits, for resource servers that know nothing else.',
    EDDSA: 'EdDSA with Ed25519.',
  },
});

export const AccessTokenHeaderTypeEnum = enumOf<AccessTokenHeaderType>('AccessTokenHeaderType', {
  description: 'The header typ of JWT access tokens.',
  values: {
    AT_JWT: 'The value at+jwt, as RFC 9068 section 2.1 wants it.',
    JWT: 'The value JWT, for resource servers that refuse at+jwt.',
  },
});

export const ClientAuthenticationMethodEnum = enumOf<ClientAuthenticationMethod>('ClientAuthenticationMethod', {
  description:
    'How a client authenticates at the OAuth endpoints (RFC 6749 section 2.3). CLIENT_SECRET_BASIC and CLIENT_SECRET_POST both accept header and body, never both at once.',
  values: {
    CLIENT_SECRET_BASIC: 'A client secret, by HTTP Basic.',
    CLIENT_SECRET_POST: 'A client secret, in the form.',
    PRIVATE_KEY_JWT: 'A JWT signed by a key of the client (RFC 7523 section 2.2); it has no secret.',
    NONE: 'Not at all: a public client, which cannot keep a secret.',
  },
});

export const IntervalEnum = enumOf<Interval>('Interval', {
  description: 'Length of the buckets that a period is split into, by the calendar of its time zone.',
  values: {
    HOUR: 'A local hour; an hour that is lived twice is two.',
    DAY: 'A local day of 23, 24 or 25 hours.',
    WEEK: 'Monday to Sunday (ISO 8601).',
    MONTH: 'A calendar month.',
    QUARTER: 'Three months, from January, April, July or October.',
    YEAR: 'A calendar year.',
  },
});

const grantDescriptions: Readonly<Record<GrantName, string>> = {
  client_credentials: 'The client gets a token for itself (RFC 6749 section 4.4).',
  password:
    'A user gives the application name and password (RFC 6749 section 4.3); with REFRESH_TOKEN enabled as well he gets a refresh token. The only grant that makes registered users; RFC 9700 section 2.4 says why to leave it behind.',
  refresh_token:
    'A refresh token is exchanged for the next access token (RFC 6749 section 6). Refresh tokens are given only while it is enabled.',
};

/** `urn:ietf:params:oauth:grant-type:jwt-bearer` → JWT_BEARER */
export const grantEnumValue = (name: GrantName): string =>
  name
    .slice(name.lastIndexOf(':') + 1)
    .replaceAll('-', '_')
    .toUpperCase();

/** Follows from the grants that are built. Outside GraphQL a grant type is its `grant_type` value. */
export const GrantTypeEnum: object = Object.fromEntries(grantNames.map((name) => [grantEnumValue(name), name]));

registerEnumType(GrantTypeEnum, {
  name: 'GrantType',
  description: 'A way to get an access token, enabled for each key set by itself.',
  valuesConfig: Object.fromEntries(
    grantNames.map((name) => [grantEnumValue(name), { description: grantDescriptions[name] }]),
  ),
});
