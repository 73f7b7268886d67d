// Compares what the servers say with the history of the clients, while nobody changes anything.
import { note, oneOf, pair, violate } from './history.mjs';
import { graphql, post } from './requests.mjs';

const sampleSize = 60;

/** Everything at the end; in between the newest and some of the others. */
const chosen = (items, { random, isWhole }) => {
  if (isWhole || items.length <= 2 * sampleSize) return items;
  const newest = items.slice(-sampleSize);
  return [...newest, ...newest.map(() => oneOf(items, random))];
};

const checkTokens = async (context) => {
  const { history, url } = context;
  const check = async (tokens, isActive, sentence) => {
    for (const [token, application] of chosen([...tokens], context)) {
      const answer = await post(`${url}/introspect`, application.credentials, { token });
      if (answer?.body.active !== isActive) violate(history, sentence, answer);
    }
  };
  await check(history.active, true, 'a token that was received is not active');
  await check(history.ended, false, 'a token whose end was acknowledged is active');
};

const listQuery = `query($id: ID!, $after: String, $year: PeriodInput!) {
  application(id: $id) { registeredUsers {
    total series(period: $year) { newUsers }
    users(first: 100, after: $after) { totalCount nodes { user { id } } pageInfo { hasNextPage endCursor } }
  } }
}`;

/** Two years around now: more than the storm lasts. */
const year = () => {
  const at = (days) => new Date(Date.now() + days * 86_400_000).toISOString();
  return { from: at(-400), to: at(400), interval: 'YEAR', timeZone: 'Asia/Kathmandu' };
};

const countedUsers = async ({ history, url, token }, application) => {
  const ids = [];
  let total = 0;
  for (let after = null, more = true; more;) {
    const answer = await graphql(url, token, listQuery, { id: application.id, after, year: year() });
    if (answer === undefined || answer.codes.length > 0) {
      violate(history, 'the list of registered users was refused', answer);
      return ids;
    }
    const { users, series, ...figures } = answer.data.application.registeredUsers;
    total = figures.total;
    const sum = series.reduce((all, { newUsers }) => all + newUsers, 0);
    if (sum !== total || users.totalCount !== total) {
      violate(history, 'figures of one operation differ', { total, sum, totalCount: users.totalCount });
    }
    ids.push(...users.nodes.map(({ user }) => user.id));
    more = users.pageInfo.hasNextPage;
    after = users.pageInfo.endCursor;
  }
  if (new Set(ids).size !== total)
    violate(history, 'the list is not as long as the total', { total, list: ids.length });
  return ids;
};

/** Delivered ⊆ counted ⊆ issued. Returns how many are counted whose answer did not arrive. */
const checkCounted = async (context, application) => {
  const { history, url, token } = context;
  const counted = new Set(await countedUsers(context, application));
  for (const { id } of history.users) {
    if (history.delivered.has(pair(application, id)) && !counted.has(id))
      violate(history, 'delivered, not counted', id);
  }
  const undelivered = [...counted].filter((id) => !history.delivered.has(pair(application, id)));
  for (const id of counted) if (history.erased.has(id)) violate(history, 'an erased user is counted', id);
  for (const id of undelivered) {
    if (!history.attempted.has(pair(application, id))) violate(history, 'counted, never asked for', id);
    const query = `query($id: ID!, $applicationId: ID!) {
      user(id: $id) { grants(applicationId: $applicationId) { nodes { grantType } } }
    }`;
    const answer = await graphql(url, token, query, { id, applicationId: application.id });
    const issued = answer?.data?.user?.grants.nodes.some(({ grantType }) => grantType === 'PASSWORD') ?? false;
    if (!issued) violate(history, 'counted, not issued', { id, answer });
  }
  return undelivered.length;
};

const checkUsers = async (context) => {
  const { history, url, token } = context;
  for (const user of chosen(history.users, context)) {
    const answer = await graphql(url, token, 'query($id: ID!) { user(id: $id) { username displayName } }', user);
    const there = answer?.data?.user;
    if (there?.username !== user.username) violate(history, 'a user that was made is not there', answer);
    else if (there.displayName !== user.displayName && !user.possibleNames.has(there.displayName)) {
      violate(history, 'a change of a user that was acknowledged is gone', answer);
    }
  }
  for (const id of chosen([...history.erased], context)) {
    const answer = await graphql(url, token, 'query($id: ID!) { user(id: $id) { id } }', { id });
    if (answer?.data?.user !== null) violate(history, 'a user whose erasure was acknowledged is there', answer);
  }
};

const checkKept = async ({ history, url, token }) => {
  const answer = await graphql(url, token, '{ verifyStatistics { differences { figure kept counted } } }');
  const differences = answer?.data?.verifyStatistics.differences;
  if (differences?.length !== 0) violate(history, 'a recount differs', answer);
};

/** Returns how many users are counted whose answer did not arrive. */
export const check = async (context) => {
  await checkTokens(context);
  await checkUsers(context);
  await checkKept(context);
  let undelivered = 0;
  for (const application of context.history.applications) undelivered += await checkCounted(context, application);
  return undelivered;
};

/** Every refresh token that was received works, and only once: shown again after its successor was spent it is refused. */
export const spendFamilies = async ({ history, url }) => {
  for (const { application, refreshToken } of history.families) {
    const spend = (token) =>
      post(`${url}/token`, application.credentials, { grant_type: 'refresh_token', refresh_token: token });
    const first = await spend(refreshToken);
    const second = await spend(first?.body.refresh_token ?? '');
    const again = await spend(refreshToken);
    note(history, 'refresh', first);
    if (first?.status !== 200 || second?.status !== 200)
      violate(history, 'a refresh token does not work', { first, second });
    if (again?.body.error !== 'invalid_grant') violate(history, 'a refresh token works twice', again);
  }
};
