import { randomUUID } from 'node:crypto';
import type { OperationCase } from './operation-case.js';

interface MutationCase extends Pick<OperationCase, 'scopes'> {
  readonly selection: string;
  readonly input: (fixtures: Parameters<NonNullable<OperationCase['variables']>>[0]) => object | Promise<object>;
  /** Part of the payload. */
  readonly payload: object;
  /** An input that names what is not there. */
  readonly missing?: object;
  readonly bad: { readonly input: object; readonly field: string };
}

const nobody = { clientId: 'nobody' };
const applications = ['applications:write'];
const users = ['users:write'];

const cases: Readonly<Record<string, MutationCase>> = {
  createApplication: {
    selection: 'application { id name version }',
    scopes: applications,
    input: () => ({ name: `New ${randomUUID()}` }),
    payload: { application: { version: 1 } },
    bad: { input: { name: '' }, field: 'name' },
  },
  updateApplication: {
    selection: 'application { version }',
    scopes: applications,
    input: async ({ application }) => ({ id: (await application()).id, description: 'Changed.' }),
    payload: { application: { version: 2 } },
    missing: { id: 'app_nothing' },
    bad: { input: { id: 'app_nothing', labels: [{ key: 'a b', value: '' }] }, field: 'labels.0.key' },
  },
  deleteApplication: {
    selection: 'deletedId',
    scopes: applications,
    input: async ({ application }) => ({ id: (await application()).id }),
    payload: {},
    missing: { id: 'app_nothing' },
    bad: { input: { id: '' }, field: 'id' },
  },
  generateKeys: {
    selection: 'keys { environment } clientSecret',
    scopes: applications,
    input: async ({ application }) => ({ applicationId: (await application()).id }),
    payload: { keys: { environment: 'PRODUCTION' } },
    missing: { applicationId: 'app_nothing' },
    bad: { input: { applicationId: 'app_nothing', clientSecret: 'short' }, field: 'clientSecret' },
  },
  updateKeys: {
    selection: 'keys { clientId }',
    scopes: applications,
    input: async ({ keys }) => ({ clientId: (await keys()).keySet.clientId, scopes: ['a', 'b'] }),
    payload: { keys: {} },
    missing: nobody,
    bad: { input: { clientId: 'sample', accessTokenLifetimeSeconds: 0 }, field: 'accessTokenLifetimeSeconds' },
  },
  deleteKeys: {
    selection: 'deletedClientId',
    scopes: applications,
    input: async ({ keys }) => ({ clientId: (await keys()).keySet.clientId }),
    payload: {},
    missing: nobody,
    bad: { input: { clientId: '\u0000' }, field: 'clientId' },
  },
  enableGrantTypes: {
    selection: 'keys { id }',
    scopes: applications,
    input: async ({ keys }) => ({ clientId: (await keys()).keySet.clientId, grantTypes: ['PASSWORD'] }),
    payload: { keys: {} },
    missing: { ...nobody, grantTypes: [] },
    bad: { input: { clientId: 'sample', grantTypes: ['IMPLICIT'] }, field: 'grantTypes.0' },
  },
  disableGrantTypes: {
    selection: 'keys { id }',
    scopes: applications,
    input: async ({ keys }) => ({ clientId: (await keys()).keySet.clientId, grantTypes: ['CLIENT_CREDENTIALS'] }),
    payload: { keys: {} },
    missing: { ...nobody, grantTypes: [] },
    bad: { input: { clientId: 'sample' }, field: 'grantTypes' },
  },
  rotateClientSecret: {
    selection: 'clientSecret',
    scopes: applications,
    input: async ({ keys }) => ({ clientId: (await keys()).keySet.clientId }),
    payload: {},
    missing: nobody,
    bad: { input: { clientId: 'sample', retireOldAfterSeconds: -1 }, field: 'retireOldAfterSeconds' },
  },
  revokeClientSecret: {
    selection: 'keys { id }',
    scopes: applications,
    input: async ({ keys }) => {
      const { keySet } = await keys();
      return { clientId: keySet.clientId, secretId: keySet.secrets[0]?.id };
    },
    payload: { keys: {} },
    missing: { clientId: 'sample', secretId: 'sec_nothing' },
    bad: { input: { clientId: 'sample', secretId: '' }, field: 'secretId' },
  },
  generateAccessToken: {
    selection: 'tokenType expiresInSeconds scopes',
    scopes: applications,
    input: async ({ keys }) => ({ clientId: (await keys()).keySet.clientId, validityPeriodSeconds: 60 }),
    payload: { tokenType: 'Bearer', expiresInSeconds: 60, scopes: ['default'] },
    missing: nobody,
    bad: { input: { clientId: 'sample', scopes: ['other'] }, field: 'scopes.0' },
  },
  createUser: {
    selection: 'user { id username }',
    scopes: users,
    input: () => ({ username: `new-${randomUUID()}`, password: 'correct horse battery' }),
    payload: { user: {} },
    bad: { input: { username: 'new', password: 'short' }, field: 'password' },
  },
  updateUser: {
    selection: 'user { id }',
    scopes: users,
    input: async ({ user }) => ({ id: (await user()).id, enabled: false }),
    payload: { user: {} },
    missing: { id: 'usr_nothing' },
    bad: { input: { id: 'usr_nothing', email: 'nowhere' }, field: 'email' },
  },
  setUserPassword: {
    selection: 'user { id }',
    scopes: users,
    input: async ({ user }) => ({ id: (await user()).id, password: 'correct horse battery' }),
    payload: { user: {} },
    missing: { id: 'usr_nothing', password: 'correct horse battery' },
    bad: { input: { id: 'usr_nothing', password: '1234567' }, field: 'password' },
  },
  deleteUser: {
    selection: 'deletedId',
    scopes: users,
    input: async ({ user }) => ({ id: (await user()).id }),
    payload: {},
    missing: { id: 'usr_nothing' },
    bad: { input: { id: '' }, field: 'id' },
  },
  importRegistrations: {
    selection: 'created failed { row code }',
    scopes: ['applications:write', 'users:write'],
    input: async ({ server, user }) => ({
      rows: [
        {
          applicationId: server.sample.applicationId,
          username: (await user()).username,
          firstTokenAt: '2025-01-01T00:00:00Z',
        },
        { applicationId: 'app_nothing', username: 'ada', firstTokenAt: '2025-01-01T00:00:00Z' },
      ],
    }),
    payload: { created: 1, failed: [{ row: 1, code: 'NOT_FOUND' }] },
    bad: {
      input: { rows: [{ applicationId: 'a', username: 'b', firstTokenAt: 'yesterday' }] },
      field: 'rows.0.firstTokenAt',
    },
  },
  revokeGrant: {
    selection: 'grant { id }',
    scopes: users,
    input: async ({ grant }) => ({ id: await grant() }),
    payload: { grant: {} },
    missing: { id: 'fam_nothing' },
    bad: { input: { id: '' }, field: 'id' },
  },
  revokeGrants: {
    selection: 'revokedCount',
    scopes: applications,
    input: async ({ user }) => ({ userId: (await user()).id }),
    payload: { revokedCount: 0 },
    missing: { applicationId: 'app_nothing' },
    bad: { input: {}, field: 'userId' },
  },
  rotateSigningKey: {
    selection: 'keyId',
    scopes: ['settings:write'],
    input: () => ({}),
    payload: {},
    bad: { input: { algorithm: 'HS256' }, field: 'algorithm' },
  },
};

const inputTypeOf = (name: string): string =>
  name.endsWith('GrantTypes') ? 'GrantTypesInput' : `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;

/** One case for each field of Mutation. */
export const mutationCases: Readonly<Record<string, OperationCase>> = Object.fromEntries(
  Object.entries(cases).map(([name, { selection, scopes, input, payload, missing, bad }]) => [
    name,
    {
      document: `mutation ($input: ${inputTypeOf(name)}!) { ${name}(input: $input) { ${selection} } }`,
      scopes,
      variables: async (fixtures) => ({ input: await input(fixtures) }),
      expected: { [name]: payload },
      ...(missing === undefined ? {} : { notFound: { variables: { input: missing }, code: 'NOT_FOUND' as const } }),
      badInput: { variables: { input: bad.input }, field: bad.field },
    } satisfies OperationCase,
  ]),
);
