import type { GrantName } from '../../src/model/grant-name.js';

/** A client of an application of its own, and a user. */
export interface World {
  readonly format: string;
  readonly applicationId: string;
  readonly clientId: string;
  /** The secret that is revoked or expires; everything is asked for by it. */
  readonly secret: string;
  readonly secretId: string;
  readonly userId: string;
  readonly username: string;
  readonly password: string;
  /** Carries out a mutation of the management API. */
  readonly manage: (mutation: string, input: object, selection: string) => Promise<any>;
  readonly advance: (seconds: number) => Promise<void>;
}

/** Whose token it is and how it was got. */
export interface Holder {
  readonly grant: GrantName;
  /** That made the family. */
  readonly origin: GrantName;
  readonly speaksForUser: boolean;
}

/** What becomes of a token: it stays, it ends for good, or it is worth nothing until what was taken is given back. */
export type Fate = 'stays' | 'ends' | 'rests';

export interface SwitchOff {
  readonly what: string;
  readonly off: (world: World, holder: Holder) => Promise<unknown>;
  /** Undoes it, as far as it can be undone. */
  readonly on?: (world: World, holder: Holder) => Promise<unknown>;
  /** Code of the refusal of a new token; undefined: it is given. */
  readonly refusal: (holder: Holder) => string | undefined;
  readonly access: (holder: Holder) => Fate;
  readonly refresh: (holder: Holder) => Fate;
}

export const secretLifeSeconds = 600;
export const allGrants = ['CLIENT_CREDENTIALS', 'PASSWORD', 'REFRESH_TOKEN'];
const scopes = ['default', 'other'];

export const keySettings = ({ format }: Pick<World, 'format'>): object => ({
  grantTypes: allGrants,
  scopes,
  accessTokenFormat: format,
});

const application = ({ manage, applicationId: id }: World, enabled: boolean): Promise<unknown> =>
  manage('updateApplication', { id, enabled }, 'application { id }');
const keys = ({ manage, clientId }: World, settings: object): Promise<unknown> =>
  manage('updateKeys', { clientId, ...settings }, 'keys { id }');
const user = ({ manage, userId: id }: World, settings: object): Promise<unknown> =>
  manage('updateUser', { id, ...settings }, 'user { id }');
const password = ({ manage, userId: id }: World, value: string): Promise<unknown> =>
  manage('setUserPassword', { id, password: value }, 'user { id }');
const grantType = (verb: 'enable' | 'disable', { manage, clientId }: World, name: GrantName): Promise<unknown> =>
  manage(`${verb}GrantTypes`, { clientId, grantTypes: [name.toUpperCase()] }, 'keys { id }');
const revokeSecret = ({ manage, clientId, secretId }: World, revokeGrants: boolean): Promise<unknown> =>
  manage('revokeClientSecret', { clientId, secretId, revokeGrants }, 'keys { id }');
/** The same client id and secret, so that a client could not tell. */
const keysAnew = (world: World, applicationId: string): Promise<unknown> => {
  const { clientId, secret: clientSecret } = world;
  return world.manage('generateKeys', { ...keySettings(world), applicationId, clientId, clientSecret }, 'keys { id }');
};

const always = (fate: Fate): Pick<SwitchOff, 'access' | 'refresh'> => ({ access: () => fate, refresh: () => fate });
const ofUsers: Pick<SwitchOff, 'refusal' | 'access' | 'refresh'> = {
  refusal: ({ speaksForUser }) => (speaksForUser ? 'invalid_grant' : undefined),
  access: ({ speaksForUser }) => (speaksForUser ? 'ends' : 'stays'),
  refresh: () => 'ends',
};
const ofClients = { refusal: () => 'invalid_client', ...always('ends') };

/** Everything that can be switched off, and what becomes of tokens then: the table of the product's contract. */
export const switchOffs: readonly SwitchOff[] = [
  {
    what: 'the application is disabled',
    off: (world) => application(world, false),
    on: (world) => application(world, true),
    ...ofClients,
  },
  {
    what: 'the application is deleted, and its client id goes to another one',
    off: ({ manage, applicationId: id }) => manage('deleteApplication', { id }, 'deletedId'),
    on: async (world) => {
      const made = await world.manage('createApplication', { name: `Again ${world.clientId}` }, 'application { id }');
      await keysAnew(world, made.application.id);
    },
    ...ofClients,
  },
  {
    what: 'the key set is disabled',
    off: (world) => keys(world, { enabled: false }),
    on: (world) => keys(world, { enabled: true }),
    ...ofClients,
  },
  {
    what: 'the keys are deleted, and made anew',
    off: ({ manage, clientId }) => manage('deleteKeys', { clientId }, 'deletedClientId'),
    on: (world) => keysAnew(world, world.applicationId),
    ...ofClients,
  },
  {
    what: 'the user is disabled',
    off: (world) => user(world, { enabled: false }),
    on: (world) => user(world, { enabled: true }),
    ...ofUsers,
  },
  {
    what: 'the user is deleted, and his name goes to another one',
    off: ({ manage, userId: id }) => manage('deleteUser', { id }, 'deletedId'),
    on: (world) => world.manage('createUser', { username: world.username, password: world.password }, 'user { id }'),
    ...ofUsers,
  },
  {
    what: 'the password is changed, and back',
    off: (world) => password(world, 'another horse battery'),
    on: (world) => password(world, world.password),
    ...ofUsers,
  },
  {
    what: 'the grant type is removed',
    off: (world, { grant }) => grantType('disable', world, grant),
    on: (world, { grant }) => grantType('enable', world, grant),
    refusal: () => 'unauthorized_client',
    access: ({ grant, origin }) => (grant === origin ? 'ends' : 'stays'),
    refresh: ({ grant, origin }) => (grant === origin ? 'ends' : 'rests'),
  },
  {
    what: 'the grant type that made the family is removed',
    off: (world, { origin }) => grantType('disable', world, origin),
    on: (world, { origin }) => grantType('enable', world, origin),
    refusal: ({ grant, origin }) => (grant === origin ? 'unauthorized_client' : 'invalid_grant'),
    ...always('ends'),
  },
  {
    what: 'refreshing is removed',
    off: (world) => grantType('disable', world, 'refresh_token'),
    on: (world) => grantType('enable', world, 'refresh_token'),
    refusal: ({ grant }) => (grant === 'refresh_token' ? 'unauthorized_client' : undefined),
    access: () => 'stays',
    refresh: () => 'rests',
  },
  {
    what: 'its scopes are removed',
    off: (world) => keys(world, { scopes: ['other'] }),
    on: (world) => keys(world, { scopes }),
    refusal: ({ grant, origin }) => (grant === origin ? 'invalid_scope' : 'invalid_grant'),
    ...always('rests'),
  },
  {
    what: 'the secret is revoked',
    off: (world) => revokeSecret(world, false),
    refusal: () => 'invalid_client',
    ...always('stays'),
  },
  {
    what: 'the secret is revoked as a compromised one',
    off: (world) => revokeSecret(world, true),
    refusal: () => 'invalid_client',
    ...always('ends'),
  },
  {
    what: 'the secret expires',
    off: ({ advance }) => advance(secretLifeSeconds),
    refusal: () => 'invalid_client',
    ...always('stays'),
  },
  {
    what: 'the signing key is rotated',
    off: ({ manage }) => manage('rotateSigningKey', {}, 'keyId'),
    refusal: () => undefined,
    ...always('stays'),
  },
];
