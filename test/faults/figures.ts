import type { Client, Server } from './cluster.js';

/** Everything that says how many users are registered with an application, read by one operation. */
export interface Figures {
  readonly asOf: string;
  readonly total: number;
  readonly totalCount: number;
  readonly series: number;
  readonly seriesEnd: number;
  readonly months: number;
  readonly rows: number;
  readonly rowsEnd: number;
  readonly production: number;
  readonly sandbox: number;
  readonly erased: number;
  /** Of the first page of the list: at most 100. */
  readonly userIds: readonly string[];
}

const question = `query($id: ID!, $days: PeriodInput!, $months: PeriodInput!) {
  application(id: $id) {
    registeredUsers {
      asOf total
      series(period: $days) { newUsers totalUsers erasedUsers }
      months: series(period: $months) { newUsers }
      users(first: 100) { totalCount nodes { user { id } } }
    }
    production: registeredUsers(environment: PRODUCTION) { total }
    sandbox: registeredUsers(environment: SANDBOX) { total }
  }
  registeredUsers(period: $days, applicationIds: [$id]) { newUsers totalUsers }
}`;

const dayMillis = 86_400_000;

/** From before the first registration of a test to after its last, in a zone whose days begin at a quarter to the hour. */
const periods = () => {
  const at = (days: number): string => new Date(Date.now() + days * dayMillis).toISOString();
  return {
    days: { from: at(-3), to: at(2), interval: 'DAY', timeZone: 'Asia/Kathmandu' },
    months: { from: at(-40), to: at(40), interval: 'MONTH', timeZone: 'America/St_Johns' },
  };
};

export const figuresOf = async (server: Server, { applicationId }: Client): Promise<Figures> =>
  figuresIn(await server.graphql(question, { id: applicationId, ...periods() }));

/** The same of an application that may be deleted meanwhile: undefined once it is gone. */
export const figuresIfThere = async (server: Server, { applicationId }: Client): Promise<Figures | undefined> => {
  const { body, text } = await server.operation(question, { id: applicationId, ...periods() });
  const codes = (body.errors ?? []).map(
    ({ extensions }: { readonly extensions: { readonly code: string } }) => extensions.code,
  );
  if (codes.length === 0) return figuresIn(body.data);
  if (codes.every((code: string) => code === 'NOT_FOUND') && (body.data?.application ?? null) === null)
    return undefined;
  throw new Error(`GraphQL answered ${text}`);
};

const figuresIn = (data: any): Figures => {
  const { registeredUsers, production, sandbox } = data.application;
  return {
    asOf: registeredUsers.asOf,
    total: registeredUsers.total,
    totalCount: registeredUsers.users.totalCount,
    series: sumOf(registeredUsers.series, 'newUsers'),
    seriesEnd: registeredUsers.series.at(-1).totalUsers,
    months: sumOf(registeredUsers.months, 'newUsers'),
    rows: sumOf(data.registeredUsers, 'newUsers'),
    rowsEnd: data.registeredUsers.at(-1).totalUsers,
    production: production.total,
    sandbox: sandbox.total,
    erased: sumOf(registeredUsers.series, 'erasedUsers'),
    userIds: registeredUsers.users.nodes.map(({ user }: { readonly user: { readonly id: string } }) => user.id),
  };
};

const sumOf = (rows: readonly Readonly<Record<string, number>>[], figure: string): number =>
  rows.reduce((sum, row) => sum + (row[figure] ?? 0), 0);

/** The figures of one operation that must be the same number; the list's length is among them while it fits a page. */
export const sameFigures = (figures: Figures): readonly number[] => {
  const { total, totalCount, series, seriesEnd, months, rows, rowsEnd, userIds } = figures;
  const listed = totalCount <= 100 ? new Set(userIds).size : totalCount;
  return [total, totalCount, listed, series, seriesEnd, months, rows, rowsEnd];
};

export interface Csv {
  readonly newUsers: number;
  readonly totalUsers: number;
}

/** Sum and last total of the CSV of an application. */
export const csvOf = async (server: Server, { applicationId }: Client): Promise<Csv> => {
  const { days } = periods();
  const query = new URLSearchParams({ applicationIds: applicationId, ...days }).toString();
  const { text } = await server.get(`/statistics/registered-users.csv?${query}`);
  const [, ...lines] = text.trimEnd().split('\r\n');
  const cells = lines.map((line) => line.split(','));
  return {
    newUsers: cells.reduce((sum, row) => sum + Number(row[5]), 0),
    totalUsers: Number(cells.at(-1)?.[6]),
  };
};

/** What `tallygate_registered_users` says of an application. */
export const metricOf = async (server: Server, { applicationId }: Client): Promise<number> => {
  const line = new RegExp(`^tallygate_registered_users\\{application="${applicationId}"\\} (\\d+)$`, 'm');
  return Number(line.exec(await server.metrics())?.[1]);
};

/** What `verifyStatistics` finds. */
export const verified = async (server: Server): Promise<{ readonly differences: readonly unknown[] }> => {
  const { verifyStatistics } = await server.graphql(
    '{ verifyStatistics { differences { applicationId environment figure kept counted } } }',
  );
  return verifyStatistics;
};

/** The user ids of the whole list, page by page. */
export const walk = async (
  server: Server,
  { applicationId }: Client,
  environment: 'PRODUCTION' | 'SANDBOX' | null = null,
): Promise<readonly string[]> => {
  const ids: string[] = [];
  let after: string | null = null;
  let more = true;
  while (more) {
    const data = await server.graphql(
      `query($id: ID!, $after: String, $environment: KeyEnvironment) {
        application(id: $id) { registeredUsers(environment: $environment) {
          users(first: 100, after: $after) { nodes { user { id } } pageInfo { hasNextPage endCursor } }
        } }
      }`,
      { id: applicationId, after, environment },
    );
    const { nodes, pageInfo } = data.application.registeredUsers.users;
    ids.push(...nodes.map(({ user }: { readonly user: { readonly id: string } }) => user.id));
    after = pageInfo.endCursor;
    more = pageInfo.hasNextPage;
  }
  return ids;
};
