import { newClientSecret, sealClientSecret } from '../crypto/client-secret.js';
import { randomId } from '../crypto/random-token.js';
import { collision } from '../management/collision.js';
import { createOnce } from '../management/create-once.js';
import { lookedUpId } from '../management/input-limits.js';
import { clientById, keySetByClientId, keySetById, withKeySet } from '../management/key-sets.js';
import type { Actor } from '../model/actor.js';
import type { Application, Client, KeyEnvironment, KeySet } from '../model/application.js';
import { ManagementError } from '../model/management-error.js';
import type { Secret } from '../model/secret.js';
import type { ApplicationDeps } from './application-deps.js';
import { changeApplication } from './change-application.js';
import {
  checkedClientId,
  checkedClientSecret,
  checkedJwks,
  hasSecrets,
  newClientId,
  type CredentialInput,
} from './key-set-credentials.js';
import { checkedSettings, type KeySetInput } from './key-set-settings.js';

export interface GenerateKeysInput extends KeySetInput, CredentialInput {
  readonly applicationId: string;
  /** Absent: PRODUCTION. */
  readonly environment?: KeyEnvironment | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

export interface GeneratedKeys {
  readonly client: Client;
  /** Shown once: absent for clients without a secret, and when the idempotency key found what was made before. */
  readonly clientSecret?: Secret;
}

/**
 * Makes the key set of one environment of an application, once: with keys there already it is CONFLICT on `environment`.
 * @throws ManagementError as `changeApplication` and `createOnce`; BAD_USER_INPUT on the field
 */
export const generateKeys = async (
  deps: ApplicationDeps,
  actor: Actor,
  input: GenerateKeysInput,
): Promise<GeneratedKeys> => {
  const wanted = checkedInput(deps, input);
  const broughtSecret = checkedClientSecret(input.clientSecret, wanted.authenticationMethod);
  const created = await createOnce<GeneratedKeys>(deps, actor, {
    mutation: 'generateKeys',
    idempotencyKey: input.idempotencyKey,
    input: wanted,
    newId: () => randomId('keySet'),
    create: (id, eventId) => insert(deps, actor, { id, eventId, wanted, broughtSecret }),
    find: (id) => findGenerated(deps, wanted.applicationId, id),
  });
  return created.value;
};

type Wanted = ReturnType<typeof checkedInput>;

/** Everything but the secret: what makes two calls with one idempotency key the same. */
const checkedInput = ({ issuer }: ApplicationDeps, input: GenerateKeysInput) => {
  const { clientId, environment = 'PRODUCTION' } = input;
  const authenticationMethod = input.authenticationMethod ?? 'CLIENT_SECRET_BASIC';
  const jwks = checkedJwks(input.jwks, authenticationMethod);
  return {
    applicationId: lookedUpId('applicationId', input.applicationId),
    environment,
    settings: checkedSettings(input, { issuer, authenticationMethod }),
    authenticationMethod,
    ...(jwks === undefined ? {} : { jwks }),
    ...(clientId === undefined || clientId === null ? {} : { clientId: checkedClientId(clientId) }),
  };
};

interface Insertion {
  readonly id: string;
  readonly eventId: string;
  readonly wanted: Wanted;
  readonly broughtSecret: Secret | undefined;
}

const insert = async (
  deps: ApplicationDeps,
  actor: Actor,
  { id, eventId, wanted, broughtSecret }: Insertion,
): Promise<GeneratedKeys> => {
  const { applicationId, environment } = wanted;
  const clientSecret = hasSecrets(wanted.authenticationMethod) ? (broughtSecret ?? newClientSecret()) : undefined;
  const sealed = clientSecret === undefined ? [] : [sealClientSecret(deps.keyring, clientSecret)];
  const clientId = wanted.clientId ?? newClientId();
  const application = await changeApplication(deps, actor, {
    action: 'generateKeys',
    what: 'application',
    load: () => deps.store.applications.find(applicationId),
    target: () => applicationId,
    eventId,
    change: (before, at) => {
      const present = before.keys[environment];
      // The reply to the write of this very call was lost, and another change came after it.
      if (present?.id === id && present.secrets[0]?.id === sealed[0]?.id) return before;
      requireRoom(before, { environment, clientId });
      const secrets = sealed.map((secret) => ({ ...secret, createdAt: at }));
      return withKeySet(before, newKeySet(wanted, { id, clientId, secrets, createdAt: at }));
    },
  });
  const client = clientById(application, id);
  return clientSecret === undefined ? { client } : { client, clientSecret };
};

const requireRoom = (
  application: Application,
  { environment, clientId }: { readonly environment: KeyEnvironment; readonly clientId: string },
): void => {
  if (application.keys[environment] !== undefined) {
    throw new ManagementError('CONFLICT', 'The application has keys in this environment: change or delete them.', {
      field: 'environment',
    });
  }
  // The store compares with other applications; within one document it may see no difference.
  if (keySetByClientId(application, clientId) !== undefined) throw collision('client_id_taken');
};

const newKeySet = (
  { environment, authenticationMethod, jwks, settings }: Wanted,
  made: Pick<KeySet, 'id' | 'clientId' | 'secrets' | 'createdAt'>,
): KeySet => ({
  ...made,
  environment,
  enabled: true,
  ...settings,
  authenticationMethod,
  ...(jwks === undefined ? {} : { jwks }),
  epoch: 0,
  grantEpochs: {},
});

const findGenerated = async (
  deps: ApplicationDeps,
  applicationId: string,
  id: string,
): Promise<GeneratedKeys | undefined> => {
  const application = await deps.store.applications.find(applicationId);
  if (application === undefined || keySetById(application, id) === undefined) return undefined;
  return { client: clientById(application, id) };
};
