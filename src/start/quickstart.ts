import { join } from 'node:path';
import type { ApplicationDeps } from '../applications/application-deps.js';
import { newClientId } from '../applications/key-set-credentials.js';
import { newClientSecret } from '../crypto/client-secret.js';
import { randomText } from '../crypto/random-token.js';
import { ManagementError } from '../model/management-error.js';
import { Secret } from '../model/secret.js';
import { createUser } from '../users/create-user.js';
import type { UserDeps } from '../users/user-deps.js';
import { managementClient } from './bootstrap-client.js';
import { ensureClient } from './ensure-client.js';
import { readOrMakePrivateFile, readPrivateFile, removePrivateFile, writePrivateFile } from './private-file.js';
import { systemActor } from './system-actor.js';

/** What the first start of a development server makes, as its file says it. */
export interface Quickstart {
  readonly file: string;
  readonly key: string;
  readonly secret: Secret;
  readonly username: string;
  readonly password: Secret;
  readonly adminKey: string;
  readonly adminSecret: Secret;
}

/**
 * The first start in development: a management client, a sample application with keys, a sample user, every secret random. The secrets are in
 * the file before anything is in the store, so that whatever cut the first start off, the next one finishes it with the same ones.
 * @returns what was made; undefined when an earlier start made it, or that of another server on this store
 */
export const ensureQuickstart = async (
  deps: ApplicationDeps & UserDeps,
  dataDir: string,
): Promise<Quickstart | undefined> => {
  const { settings } = deps.store;
  if ((await settings.find('quickstart-made')) !== undefined) return undefined;
  const file = quickstartFile(dataDir);
  const known = parse(file, readPrivateFile(file) ?? '');
  const quickstart = known ?? readOrMake(file);
  if ((await settings.claim('quickstart', quickstart.adminKey)) !== quickstart.adminKey) {
    if (known === undefined) removePrivateFile(file); // its secrets open nothing; a file that was there may be of another store
    return undefined;
  }
  await make(deps, quickstart);
  await settings.claim('quickstart-made', 'yes');
  return quickstart;
};

export const quickstartFile = (dataDir: string): string => join(dataDir, 'quickstart.env');

const make = async (deps: ApplicationDeps & UserDeps, quickstart: Quickstart): Promise<void> => {
  const { key, secret, username, password, adminKey, adminSecret } = quickstart;
  await ensureClient(deps, {
    ...managementClient,
    clientId: adminKey,
    clientSecret: adminSecret,
    applicationName: 'Management',
  });
  await ensureClient(deps, {
    clientId: key,
    clientSecret: secret,
    applicationName: 'Sample application',
    grantTypes: ['client_credentials', 'password', 'refresh_token'],
    scopes: ['default', 'test'],
    defaultScopes: ['default'],
  });
  await ensureUser(deps, { username, password });
};

/** Another server that shares the file may make him at the same moment. */
const ensureUser = async (deps: UserDeps, user: Pick<Quickstart, 'username' | 'password'>): Promise<void> => {
  const isThere = async (): Promise<boolean> => (await deps.store.users.findByUsername(user.username)) !== undefined;
  if (await isThere()) return;
  try {
    await createUser(deps, systemActor, user);
  } catch (error) {
    if (!(error instanceof ManagementError) || !(await isThere())) throw error;
  }
};

const newQuickstart = (file: string): Quickstart => ({
  file,
  key: newKey(),
  secret: newClientSecret(),
  username: `sample-${Buffer.from(randomText(4), 'base64url').toString('hex')}`,
  password: new Secret(randomText(18)),
  adminKey: newKey(),
  adminSecret: newClientSecret(),
});

/** Not one that a shell or curl would take for an option. */
const newKey = (): string => {
  const key = newClientId();
  return key.startsWith('-') ? newKey() : key;
};

const names = ['TG_KEY', 'TG_SECRET', 'TG_USERNAME', 'TG_PASSWORD', 'TG_ADMIN_KEY', 'TG_ADMIN_SECRET'] as const;

const textOf = ({ key, secret, username, password, adminKey, adminSecret }: Quickstart): string => {
  const values = [key, secret.reveal(), username, password.reveal(), adminKey, adminSecret.reveal()];
  const lines = names.map((name, index) => `${name}=${values[index] ?? ''}`);
  return ['# Made by the first start of Tallygate, for development.', ...lines, ''].join('\n');
};

/** Servers that start in one folder at the same moment have one file. One that is damaged is replaced. */
const readOrMake = (file: string): Quickstart => {
  const fresh = newQuickstart(file);
  const shared = parse(
    file,
    readOrMakePrivateFile(file, () => textOf(fresh)),
  );
  if (shared === undefined) writePrivateFile(file, textOf(fresh));
  return shared ?? fresh;
};

const parse = (file: string, text: string): Quickstart | undefined => {
  const [key, secret, username, password, adminKey, adminSecret] = names.map(
    (name) => new RegExp(`^${name}=([\\w-]+)$`, 'm').exec(text)?.[1],
  );
  if (key === undefined || secret === undefined || username === undefined) return undefined;
  if (password === undefined || adminKey === undefined || adminSecret === undefined) return undefined;
  return {
    file,
    key,
    secret: new Secret(secret),
    username,
    password: new Secret(password),
    adminKey,
    adminSecret: new Secret(adminSecret),
  };
};
