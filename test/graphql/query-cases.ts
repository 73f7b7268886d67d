import type { OperationCase } from './operation-case.js';

const january = '{ from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z" }';

/** One case for each field of Query. */
export const queryCases: Readonly<Record<string, OperationCase>> = {
  viewer: {
    document: '{ viewer { clientId scopes } }',
    scopes: ['audit:read'],
    expected: { viewer: { clientId: 'management', scopes: ['audit:read'] } },
    openToAnyToken: true,
  },
  server: {
    document: '{ server { version grantTypes } }',
    scopes: ['settings:write'],
    expected: { server: { version: '0.0.0-test', grantTypes: ['CLIENT_CREDENTIALS', 'PASSWORD', 'REFRESH_TOKEN'] } },
    openToAnyToken: true,
  },
  node: {
    document: 'query ($id: ID!) { node(id: $id) { __typename id } }',
    scopes: ['applications:read', 'audit:read', 'users:read'],
    variables: async ({ application }) => ({ id: (await application()).id }),
    expected: { node: { __typename: 'Application' } },
    notFound: { variables: { id: 'app_nothing' }, expected: { node: null } },
    badInput: { variables: { id: 'ä' }, field: 'id' },
  },
  application: {
    document: 'query ($id: ID, $name: String) { application(id: $id, name: $name) { id name } }',
    scopes: ['statistics:read'],
    variables: async ({ application }) => ({ id: (await application()).id }),
    expected: { application: {} },
    notFound: { variables: { name: 'Nothing' }, expected: { application: null } },
    badInput: { variables: { id: 'app_a', name: 'b' }, field: 'id' },
  },
  applications: {
    document: 'query ($first: Int) { applications(first: $first) { totalCount nodes { id name } } }',
    scopes: ['statistics:read'],
    variables: () => ({ first: 1 }),
    expected: { applications: { nodes: [{}] } },
    badInput: { variables: { first: 101 }, field: 'first' },
  },
  keySet: {
    document: 'query ($clientId: String!) { keySet(clientId: $clientId) { clientId } }',
    scopes: ['applications:read'],
    variables: ({ server }) => ({ clientId: server.sample.key }),
    expected: { keySet: { clientId: 'sample' } },
    notFound: { variables: { clientId: 'nobody' }, expected: { keySet: null } },
    badInput: { variables: { clientId: '' }, field: 'clientId' },
  },
  user: {
    document: 'query ($username: String, $id: ID) { user(username: $username, id: $id) { username } }',
    scopes: ['users:read'],
    variables: () => ({ username: 'ADA' }),
    expected: { user: { username: 'ada' } },
    notFound: { variables: { username: 'nobody' }, expected: { user: null } },
    badInput: { variables: {}, field: 'id' },
  },
  users: {
    document: 'query ($after: String) { users(after: $after, first: 1) { totalCount nodes { username } } }',
    scopes: ['users:read'],
    variables: () => ({}),
    expected: { users: { nodes: [{}] } },
    badInput: { variables: { after: 'elsewhere' }, field: 'after' },
  },
  registeredUsers: {
    document: `query ($ids: [ID!]) { registeredUsers(period: ${january}, applicationIds: $ids) { date newUsers } }`,
    scopes: ['statistics:read'],
    variables: ({ server }) => ({ ids: [server.sample.applicationId] }),
    expected: { registeredUsers: Array(31).fill({}) },
    notFound: { variables: { ids: ['app_nothing'] }, code: 'NOT_FOUND' },
    badInput: { variables: { ids: 7.5 }, field: 'applicationIds' },
  },
  verifyStatistics: {
    document: 'query ($id: ID) { verifyStatistics(applicationId: $id) { checkedApplications differences { figure } } }',
    scopes: ['statistics:read'],
    variables: ({ server }) => ({ id: server.sample.applicationId }),
    expected: { verifyStatistics: { checkedApplications: 1, differences: [] } },
    notFound: { variables: { id: 'app_nothing' }, code: 'NOT_FOUND' },
    badInput: { variables: { id: {} }, field: 'applicationId' },
  },
  auditEvents: {
    document:
      'query ($target: ID, $action: String) { auditEvents(first: 1, target: $target, action: $action) { nodes { action } } }',
    scopes: ['audit:read'],
    variables: async ({ application }) => ({ target: (await application()).id }),
    expected: { auditEvents: { nodes: [{ action: 'createApplication' }] } },
    notFound: { variables: { target: 'app_nothing' }, expected: { auditEvents: { nodes: [] } } },
    badInput: { variables: { action: 'a\u0000b' }, field: 'action' },
  },
};
