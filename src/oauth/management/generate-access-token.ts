import { auditOf } from '../../management/audit-of.js';
import { requireHeld } from '../../management/held-scopes.js';
import { lookedUpId, wholeNumber } from '../../management/input-limits.js';
import type { Actor } from '../../model/actor.js';
import { isUsable, type Client, type KeySet } from '../../model/application.js';
import type { EpochMillis } from '../../model/clock.js';
import { badInput, ManagementError, notFound } from '../../model/management-error.js';
import type { Secret } from '../../model/secret.js';
import { audienceFor } from '../audience.js';
import { issueTokens } from '../issue-tokens.js';
import type { IssuedTokens } from '../token-issue.js';
import type { OAuthDeps } from '../oauth-deps.js';
import { OAuthError } from '../oauth-error.js';
import { grantedScopes } from '../scope.js';
import { formerToken } from './former-token.js';

export interface GenerateAccessTokenInput {
  readonly clientId: string;
  /** Absent: the default scopes. */
  readonly scopes?: readonly string[] | null | undefined;
  readonly validityPeriodSeconds?: number | null | undefined;
  /** The client_credentials access token before it, which ends if it has not ended yet. */
  readonly revokeToken?: string | null | undefined;
}

export interface GeneratedAccessToken {
  readonly accessToken: Secret;
  readonly tokenType: 'Bearer';
  readonly expiresInSeconds: number;
  readonly scopes: readonly string[];
}

/**
 * An access token by client_credentials on a key set's behalf, for someone who holds all management scopes that it holds. The token
 * before it ends once the new one is made.
 * @throws ManagementError NOT_FOUND; FORBIDDEN; CONFLICT while the keys cannot use CLIENT_CREDENTIALS; BAD_USER_INPUT on the field
 */
export const generateAccessToken = async (
  deps: OAuthDeps,
  actor: Actor,
  input: GenerateAccessTokenInput,
): Promise<GeneratedAccessToken> => {
  const at = deps.clock();
  const client = await deps.store.applications.findClient(lookedUpId('clientId', input.clientId));
  if (client === undefined) throw notFound('key set');
  const { keySet } = client;
  requireHeld(actor, [keySet]);
  refuseIfOff(client);
  const scopes = checkedScopes(input.scopes ?? undefined, keySet);
  const lifetimeSeconds = checkedLifetime(input.validityPeriodSeconds ?? undefined, keySet);
  const text = input.revokeToken ?? undefined;
  const former = text === undefined ? undefined : await formerToken(deps, { text, keySet, at });
  const issued = await issue(deps, actor, { client, scopes, lifetimeSeconds, at });
  const changes = JSON.stringify({ scopes, expiresInSeconds: lifetimeSeconds, revoked: former?.isLive === true });
  await deps.store.audit.append(auditOf(actor, at, { action: 'generateAccessToken', target: keySet.id, changes }));
  await former?.end();
  return { ...issued, tokenType: 'Bearer' };
};

const refuseIfOff = (client: Client): void => {
  if (!isUsable(client)) throw conflict('The application or its keys are disabled: enable them first.');
  if (client.keySet.grantTypes.includes('client_credentials')) return;
  throw conflict('These keys do not have the grant type CLIENT_CREDENTIALS: enable it first.');
};

const checkedScopes = (scopes: readonly string[] | undefined, keySet: KeySet): readonly string[] => {
  if (scopes === undefined) return defaultScopes(keySet);
  if (scopes.length === 0) throw badInput('scopes', 'Give at least one scope, or leave the field out.');
  const foreign = scopes.findIndex((scope) => !keySet.scopes.includes(scope));
  if (foreign !== -1) throw badInput(`scopes.${foreign}`, 'Give only scopes that the keys have.');
  return keySet.scopes.filter((scope) => scopes.includes(scope));
};

const defaultScopes = (keySet: KeySet): readonly string[] => {
  try {
    return grantedScopes(undefined, { keySet, allowed: keySet.scopes });
  } catch (refusal) {
    if (!(refusal instanceof OAuthError)) throw refusal;
    throw badInput('scopes', 'Give scopes: the keys have no default scope.');
  }
};

const checkedLifetime = (seconds: number | undefined, keySet: KeySet): number =>
  seconds === undefined
    ? keySet.accessTokenLifetimeSeconds
    : wholeNumber('validityPeriodSeconds', seconds, { min: 1, max: keySet.maxAccessTokenLifetimeSeconds });

interface Wanted {
  readonly client: Client;
  readonly scopes: readonly string[];
  readonly lifetimeSeconds: number;
  readonly at: EpochMillis;
}

const issue = async (
  deps: OAuthDeps,
  { requestId }: Actor,
  { client, scopes, lifetimeSeconds, at }: Wanted,
): Promise<IssuedTokens> => {
  const audience = audienceFor({ issuer: deps.issuer, keySet: client.keySet, scopes, resources: [] });
  try {
    return await issueTokens(deps, {
      requestId,
      arrivedAt: at,
      client,
      grantType: 'client_credentials',
      authorisation: { user: undefined, terms: { scopes, audience, lifetimeSeconds }, family: { kind: 'none' } },
    });
  } catch (refusal) {
    if (!(refusal instanceof OAuthError)) throw refusal;
    throw new ManagementError('CONFLICT', 'The keys were changed at the same moment: try again.', { cause: refusal });
  }
};

const conflict = (message: string): ManagementError => new ManagementError('CONFLICT', message);
