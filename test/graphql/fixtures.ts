import { randomUUID } from 'node:crypto';
import { createApplication } from '../../src/applications/create-application.js';
import { generateKeys } from '../../src/applications/generate-keys.js';
import type { Application, Client } from '../../src/model/application.js';
import type { User } from '../../src/model/user.js';
import { systemActor } from '../../src/start/system-actor.js';
import { createUser } from '../../src/users/create-user.js';
import type { TestServer } from '../support/server.js';

/** A server and what is quickly made on it; everything made is new. */
export interface Fixtures {
  readonly server: TestServer;
  readonly application: () => Promise<Application>;
  readonly keys: (application?: Application) => Promise<Client>;
  /** Without a password, which would take time to hash. */
  readonly user: () => Promise<User>;
  /** The id of a token family of the sample user with the sample application. */
  readonly grant: () => Promise<string>;
  /** The same without the sign-in, which takes time: only its row. */
  readonly family: () => Promise<void>;
}

export const fixturesOf = (server: TestServer): Fixtures => {
  const application: Fixtures['application'] = () =>
    createApplication(server.oauth, systemActor, { name: `Application ${randomUUID()}` });
  return {
    server,
    application,
    keys: async (of) => {
      const { id } = of ?? (await application());
      const made = await generateKeys(server.oauth, systemActor, { applicationId: id });
      return made.client;
    },
    user: () => createUser(server.oauth, systemActor, { username: `user-${randomUUID()}` }),
    grant: async () => {
      const { username, password, userId } = server.sample;
      const answer = await server.token({ grant_type: 'password', username, password });
      if (answer.status !== 200) throw new Error(answer.text);
      const page = await server.store.tokens.pageFamilies({ userId }, { first: 1 });
      return page.items[0]!.id;
    },
    family: async () => {
      const { key: clientId, applicationId, userId } = server.sample;
      const at = server.clock.now();
      await server.store.tokens.open({
        ...{ id: `fam_${randomUUID()}`, grantType: 'password', applicationId, clientId, userId },
        ...{ keySetId: 'ks_sample', environment: 'PRODUCTION', scopes: ['default'] },
        ...{ epochs: { client: 0, grant: 0, user: 0 }, generation: 1, generationAt: at, issuedAt: at, lastUsedAt: at },
        ...{ idleExpiresAt: at + 3_600_000, absoluteExpiresAt: at + 7_200_000 },
      });
    },
  };
};
