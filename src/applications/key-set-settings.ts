import { atMost } from '../management/input-limits.js';
import type { KeySet } from '../model/application.js';
import { grantNames, type GrantName } from '../model/grant-name.js';
import { badInput } from '../model/management-error.js';
import { notNull } from './application-fields.js';
import { checkedAudience } from './audience.js';
import { checkedLifetimes, type LifetimeInput, type Lifetimes } from './lifetimes.js';
import { checkedRedirectUris } from './redirect-uris.js';
import { checkedDefaultScopes, checkedScopes } from './scope-rules.js';

/** The table is shorter: room for repetitions, not for abuse. */
const grantTypeLimit = 20;

type Setting<T> = T | null | undefined;

/** What both generateKeys and updateKeys can say. Absent stays (new keys: the default), null goes back to the default. */
export interface KeySetInput extends LifetimeInput {
  readonly grantTypes?: Setting<readonly GrantName[]>;
  readonly scopes?: Setting<readonly string[]>;
  readonly defaultScopes?: Setting<readonly string[]>;
  readonly audience?: Setting<readonly string[]>;
  readonly redirectUris?: Setting<readonly string[]>;
  readonly accessTokenFormat?: Setting<KeySet['accessTokenFormat']>;
  readonly accessTokenAlgorithm?: Setting<KeySet['accessTokenAlgorithm']>;
  readonly accessTokenHeaderType?: Setting<KeySet['accessTokenHeaderType']>;
}

export interface KeySetSettings
  extends
    Lifetimes,
    Pick<
      KeySet,
      | 'grantTypes'
      | 'scopes'
      | 'defaultScopes'
      | 'audience'
      | 'redirectUris'
      | 'accessTokenFormat'
      | 'accessTokenAlgorithm'
      | 'accessTokenHeaderType'
    > {}

const defaults = {
  grantTypes: ['client_credentials'],
  scopes: ['default'],
  audience: [],
  redirectUris: [],
  accessTokenFormat: 'JWT',
  accessTokenAlgorithm: 'ES256',
  accessTokenHeaderType: 'AT_JWT',
} as const;

interface Surroundings {
  readonly issuer: string;
  readonly authenticationMethod: KeySet['authenticationMethod'];
  /** The key set that is changed; absent for a new one. */
  readonly present?: KeySet;
}

/**
 * The settings after a change, checked. Taking a scope away takes it out of the default scopes too, unless these are given as well.
 * @throws ManagementError BAD_USER_INPUT on the field
 */
export const checkedSettings = (
  input: KeySetInput,
  { issuer, authenticationMethod, present }: Surroundings,
): KeySetSettings => {
  const base = present ?? defaults;
  const scopes = input.scopes === undefined ? base.scopes : checkedScopes(input.scopes ?? defaults.scopes);
  const defaultScopes = defaultScopesOf(input.defaultScopes, { scopes, present: present?.defaultScopes });
  return {
    grantTypes: checkedGrantTypes(
      listedGrantTypes(notNull('grantTypes', input.grantTypes) ?? base.grantTypes),
      authenticationMethod,
    ),
    scopes,
    ...(defaultScopes === undefined ? {} : { defaultScopes }),
    audience: input.audience === undefined ? base.audience : checkedAudience(input.audience ?? [], issuer),
    redirectUris: input.redirectUris === undefined ? base.redirectUris : checkedRedirectUris(input.redirectUris ?? []),
    accessTokenFormat: chosen(input.accessTokenFormat, base.accessTokenFormat, defaults.accessTokenFormat),
    accessTokenAlgorithm: chosen(input.accessTokenAlgorithm, base.accessTokenAlgorithm, defaults.accessTokenAlgorithm),
    accessTokenHeaderType: chosen(
      input.accessTokenHeaderType,
      base.accessTokenHeaderType,
      defaults.accessTokenHeaderType,
    ),
    ...checkedLifetimes(input, present),
  };
};

/**
 * Grant types as they were listed, however often.
 * @throws ManagementError BAD_USER_INPUT on `grantTypes`
 */
export const listedGrantTypes = (grantTypes: readonly GrantName[]): readonly GrantName[] =>
  atMost('grantTypes', grantTypes, grantTypeLimit);

/**
 * Grant types, each once and in the order of the table. None at all is allowed: the key set is there and issues nothing.
 * @throws ManagementError BAD_USER_INPUT on `grantTypes`
 */
export const checkedGrantTypes = (
  grantTypes: readonly GrantName[],
  authenticationMethod: KeySet['authenticationMethod'],
): readonly GrantName[] => {
  if (authenticationMethod === 'NONE' && grantTypes.includes('client_credentials')) {
    // RFC 6749 §4.4
    throw badInput('grantTypes', 'A client without a secret (NONE) cannot use CLIENT_CREDENTIALS.');
  }
  return grantNames.filter((name) => grantTypes.includes(name));
};

const defaultScopesOf = (
  given: Setting<readonly string[]>,
  { scopes, present }: { readonly scopes: readonly string[]; readonly present: readonly string[] | undefined },
): readonly string[] | undefined => {
  if (given === null) return undefined;
  if (given !== undefined) return checkedDefaultScopes(given, scopes);
  return present?.filter((scope) => scopes.includes(scope));
};

const chosen = <T>(given: Setting<T>, stays: T, cleared: T): T => (given === undefined ? stays : (given ?? cleared));
