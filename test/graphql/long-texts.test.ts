import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { updateKeys } from '../../src/applications/update-keys.js';
import { noteLongTexts } from '../../src/graphql/long-texts.js';
import { auditOf } from '../../src/management/audit-of.js';
import { systemActor } from '../../src/start/system-actor.js';
import { startTestServer } from '../support/server.js';
import { fixturesOf } from './fixtures.js';

const server = await startTestServer();
const token = await server.adminToken();
const fixtures = fixturesOf(server);
afterAll(() => server.close());

const redirectUris = Array.from({ length: 20 }, (_, index) => `https://app.example/${index}/${'r'.repeat(2000)}`);
let id = '';
beforeAll(async () => {
  id = (await fixtures.application()).id;
  for (let made = 0; made < 100; made += 1) {
    const deed = { action: 'updateKeys', target: id, changes: JSON.stringify({ before: redirectUris }) };
    await server.store.audit.append(auditOf(systemActor, server.clock.now(), deed));
  }
});

const ask = async (query: string) => (await server.graphql(query, {}, token)).body;
const tooLong = { extensions: { code: 'QUERY_TOO_COMPLEX' }, message: expect.stringContaining('fewer items') };
const aliased = (count: number, text: string): string =>
  Array.from({ length: count }, (_, index) => `a${index}: ${text}`).join(' ');

describe('an operation whose texts would fill the memory', () => {
  it('is refused where a page of audit events holds them, whatever is selected', async () => {
    const body = await ask(`{ auditEvents(first: 100, target: "${id}", action: "updateKeys") { nodes { id } } }`);
    expect(body.errors).toMatchObject([{ ...tooLong, path: ['auditEvents'] }]);
  });

  it('reads no more pages once there are too many', async () => {
    const { audit } = server.store;
    const page = `auditEvents(first: 60, target: "${id}", action: "updateKeys") { nodes { id } }`;
    let read = 0;
    const original = audit.page.bind(audit);
    Object.assign(audit, {
      page: (...asked: Parameters<typeof original>) => {
        read += 1;
        return original(...asked);
      },
    });
    expect((await ask(`{ ${aliased(9, page)} }`)).errors).toMatchObject([tooLong]);
    expect(read).toBe(2);
  });

  it('is refused where one object stands in it many times', async () => {
    const { key: clientId, userId } = server.sample;
    await updateKeys(server.oauth, systemActor, { clientId, redirectUris });
    for (let made = 0; made < 100; made += 1) await fixtures.family();
    const grants = (first: number) =>
      `{ user(id: "${userId}") { grants(first: ${first}) { nodes { application { keys { redirectUris } } } } } }`;
    expect((await ask(grants(100))).errors[0]).toMatchObject(tooLong);
    expect((await ask(grants(50))).errors).toBeUndefined();
  });

  it('is not one that asks for fewer', async () => {
    const body = await ask(`{ auditEvents(first: 20, target: "${id}") { nodes { id changes } } }`);
    expect(body.errors).toBeUndefined();
    expect(body.data.auditEvents.nodes).toHaveLength(20);
  });
});

it('does not start with a field of long texts that the schema does not have', () => {
  expect(() => noteLongTexts(buildSchema('type Query { a: ID } type Application { description: String }'))).toThrow(
    'src/graphql/long-texts.ts: not in the schema: Application.labels',
  );
});
