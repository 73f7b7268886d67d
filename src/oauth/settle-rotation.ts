import { randomId } from '../crypto/random-token.js';
import { isLive, type Application, type Client, type KeySet } from '../model/application.js';
import type { AuditEvent } from '../model/audit-event.js';
import type { EpochMillis } from '../model/clock.js';
import { secretsAfterUse } from '../model/secret-rotation.js';
import type { OAuthDeps } from './oauth-deps.js';
import { tryAgain } from './oauth-error.js';

/** A client secret that has just authenticated a client. */
export interface SecretUse {
  readonly client: Client;
  readonly secretId: string;
  readonly at: EpochMillis;
  readonly requestId: string;
}

/** Each lost round is a change of this application that somebody else made, or this very one. */
const attemptLimit = 50;

/**
 * The first use of a secret that came from a rotation gives the secrets before it their end (docs/decisions/0050), durable before the
 * request goes on: who has seen the new secret work can rely on the old one's end.
 * @returns whether the secret is still one of the client's
 */
export const settleRotation = async (deps: OAuthDeps, use: SecretUse): Promise<boolean> => {
  for (let attempt = 0; attempt < attemptLimit; attempt += 1) {
    const client = await deps.store.applications.findClient(use.client.keySet.clientId);
    if (client === undefined || !isStillThere(client, use)) return false;
    const { application, keySet } = client;
    const secrets = secretsAfterUse(keySet.secrets, use.secretId, use.at);
    if (secrets === keySet.secrets) return true;
    const next = changed(application, { ...keySet, secrets }, use.at);
    const outcome = await deps.store.applications.replace(next, application.version, eventOf(use, keySet));
    if (outcome === 'replaced') return true;
    if (outcome === 'unknown') return false;
  }
  throw tryAgain('The client is being changed.', 1, { detail: 'no end to changes of the application' });
};

const isStillThere = ({ keySet }: Client, { client, secretId, at }: SecretUse): boolean =>
  keySet.id === client.keySet.id && keySet.secrets.some((secret) => secret.id === secretId && isLive(secret, at));

const changed = (application: Application, keySet: KeySet, at: EpochMillis): Application => ({
  ...application,
  keys: { ...application.keys, [keySet.environment]: keySet },
  version: application.version + 1,
  updatedAt: Math.max(at, application.updatedAt),
});

const eventOf = ({ at, requestId, secretId }: SecretUse, keySet: KeySet): AuditEvent => ({
  id: randomId('event'),
  at,
  actor: keySet.clientId,
  action: 'retireClientSecrets',
  outcome: 'ok',
  target: keySet.id,
  requestId,
  changes: JSON.stringify({ firstUseOf: secretId }),
});
