import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { deleteApplication } from '../src/applications/delete-application.js';
import { deleteKeys } from '../src/applications/delete-keys.js';
import { revokeClientSecret } from '../src/applications/revoke-client-secret.js';
import { rotateClientSecret } from '../src/applications/rotate-client-secret.js';
import { forgetUsage } from '../src/forget-usage.js';
import type { KeySet } from '../src/model/application.js';
import { systemActor } from '../src/start/system-actor.js';
import { fixturesOf } from './graphql/fixtures.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const usedIdsOf = ({ id, secrets }: KeySet): readonly string[] => [id, ...secrets.map((secret) => secret.id)];

it('forgets when deleted applications, deleted keys and revoked secrets were last used, and nothing else', async () => {
  const { oauth, store } = server;
  const fixtures = fixturesOf(server);
  const [ofDeleted, deleted, changed] = [await fixtures.keys(), await fixtures.keys(), await fixtures.keys()];
  const { clientId } = changed.keySet;
  const { client } = await rotateClientSecret(oauth, systemActor, { clientId });
  const gone = [...usedIdsOf(ofDeleted.keySet), ...usedIdsOf(deleted.keySet), changed.keySet.secrets[0]!.id];
  const kept = usedIdsOf(client.keySet).filter((id) => !gone.includes(id));
  const many = Array.from({ length: 1200 }, (_, index) => `sec_of_an_older_version_${index}`);
  await forgetUsage(store);
  await store.usage.record([...gone, ...kept, ...many].map((id) => ({ id, at: 5 })));
  await deleteApplication(oauth, systemActor, { id: ofDeleted.application.id });
  await deleteKeys(oauth, systemActor, { clientId: deleted.keySet.clientId });
  await revokeClientSecret(oauth, systemActor, { clientId, secretId: changed.keySet.secrets[0]!.id });
  expect(await forgetUsage(store)).toBe(gone.length + many.length);
  expect(await store.usage.find([...gone, ...kept, ...many])).toEqual(new Map(kept.map((id) => [id, 5])));
  expect(await forgetUsage(store)).toBe(0);
});
