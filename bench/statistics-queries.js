// The queries of dashboards and of people who look something up.
const day = 86_400_000;
const iso = (at) => new Date(at).toISOString();
const lastDays = (days) => ({ from: iso(Date.now() - days * day), to: iso(Date.now()), interval: 'DAY' });

const id = 'app_bench';
const series = `query ($id: ID!, $period: PeriodInput!) {
  application(id: $id) { registeredUsers { series(period: $period) { date newUsers totalUsers complete } } } }`;
const page = `query ($id: ID!, $from: DateTime, $after: String) {
  application(id: $id) { registeredUsers {
    users(first: 20, after: $after, registeredFrom: $from) { pageInfo { endCursor } nodes { firstTokenAt user { username } } } } } }`;
/** As the Grafana dashboard asks. */
const rows = `query ($period: PeriodInput!, $applicationIds: [ID!]) {
  registeredUsers(period: $period, applicationIds: $applicationIds) { applicationName start newUsers totalUsers } }`;

/** `prepare` makes the variables, once for each server. */
export const queries = [
  {
    name: 'no statistic at all (`viewer`)',
    query: '{ viewer { clientId } }',
    prepare: () => ({}),
  },
  {
    name: 'total',
    query: 'query ($id: ID!) { application(id: $id) { registeredUsers { total } } }',
    prepare: () => ({ id }),
  },
  {
    name: '30 days by day, UTC',
    query: series,
    prepare: () => ({ id, period: { ...lastDays(30), timeZone: 'UTC' } }),
  },
  {
    name: '365 days by day, Asia/Kathmandu',
    query: series,
    prepare: () => ({ id, period: { ...lastDays(365), timeZone: 'Asia/Kathmandu' } }),
  },
  {
    name: 'a page of 20 users in the middle of the list',
    query: page,
    prepare: async ({ graphql, middle }) => {
      const from = iso(middle);
      const first = await graphql(page, { id, from });
      return { id, from, after: first.application.registeredUsers.users.pageInfo.endCursor };
    },
  },
  {
    name: 'rows of 50 applications, 30 days',
    query: rows,
    prepare: ({ applicationIds }) => ({ applicationIds, period: { ...lastDays(30), timeZone: 'Asia/Kathmandu' } }),
  },
];
