// What clients and administrators do during the storm. Each function is one request; its meaning for the history follows from the answer.
import { randomUUID } from 'node:crypto';
import { forgetFamily, note, oneOf, pair, takeFamily, violate } from './history.mjs';
import { graphql, post } from './requests.mjs';
import { password } from './setup.mjs';

/** Every other one is a first login, as long as there are users for it. */
const visitor = ({ history, random }) => {
  const any = () => ({ application: oneOf(history.applications, random), user: oneOf(history.users, random) });
  const some = Array.from({ length: random() < 0.5 ? 20 : 1 }, any);
  return some.find(({ application, user }) => !history.attempted.has(pair(application, user.id))) ?? any();
};

const login = async (context) => {
  const { history, url } = context;
  const { application, user } = visitor(context);
  history.attempted.add(pair(application, user.id));
  const fields = { grant_type: 'password', username: user.username, password };
  const answer = await post(`${url}/token`, application.credentials, fields);
  note(history, 'login', answer);
  if (answer === undefined || history.doomed.has(user.id)) return;
  if (answer.status !== 200) return violate(history, 'a login was refused', answer);
  const { access_token: accessToken, refresh_token: refreshToken } = answer.body;
  history.delivered.add(pair(application, user.id));
  history.active.set(accessToken, application);
  history.families.push({ application, user, refreshToken, accessTokens: [accessToken], isBusy: false });
};

/** Without an answer the same token is shown again later, and must give the same successor. */
const refresh = async ({ history, random, url }) => {
  const family = takeFamily(history, random);
  if (family === undefined) return;
  const fields = { grant_type: 'refresh_token', refresh_token: family.refreshToken };
  const answer = await post(`${url}/token`, family.application.credentials, fields);
  note(history, 'refresh', answer);
  family.isBusy = false;
  if (answer === undefined || history.doomed.has(family.user.id)) return;
  if (answer.status !== 200) {
    forgetFamily(history, family);
    return violate(history, 'a refresh token that was not spent was refused', answer);
  }
  family.refreshToken = answer.body.refresh_token;
  family.accessTokens.push(answer.body.access_token);
  history.active.set(answer.body.access_token, family.application);
};

/** Ends a family, or one access token of it. */
const revoke = async ({ history, random, insist }) => {
  const family = takeFamily(history, random);
  if (family === undefined) return;
  const accessToken = oneOf(family.accessTokens, random);
  const isWhole = random() < 0.5 || family.accessTokens.length === 1;
  if (isWhole) forgetFamily(history, family);
  else {
    family.accessTokens = family.accessTokens.filter((token) => token !== accessToken);
    history.active.delete(accessToken);
  }
  const token = isWhole ? family.refreshToken : accessToken;
  const answer = await insist((url) => post(`${url}/revoke`, family.application.credentials, { token }));
  note(history, 'revoke', answer);
  family.isBusy = false;
  if (answer?.status !== 200) return violate(history, 'a revocation was refused', answer);
  for (const ended of isWhole ? [token, ...family.accessTokens] : [token]) history.ended.set(ended, family.application);
};

const clientCredentials = async ({ history, random, url }) => {
  const application = oneOf(history.applications, random);
  const answer = await post(`${url}/token`, application.credentials, { grant_type: 'client_credentials' });
  note(history, 'client_credentials', answer);
  if (answer === undefined) return;
  if (answer.status !== 200) return violate(history, 'client_credentials was refused', answer);
  history.active.set(answer.body.access_token, application);
};

const rename = async ({ history, random, url, token }) => {
  const user = oneOf(
    history.users.filter(({ isChanging }) => !isChanging),
    random,
  );
  user.isChanging = true;
  const displayName = randomUUID();
  user.possibleNames.add(displayName);
  const mutation = 'mutation($input: UpdateUserInput!) { updateUser(input: $input) { user { displayName } } }';
  const answer = await graphql(url, token, mutation, { input: { id: user.id, displayName } });
  note(history, 'updateUser', answer);
  user.isChanging = false;
  if (answer === undefined || history.doomed.has(user.id)) return;
  if (answer.codes.length > 0) return violate(history, 'updateUser was refused', answer);
  user.displayName = displayName;
  user.possibleNames.delete(displayName);
};

const createUser = async ({ history, token, insist }) => {
  const input = { username: `new-${randomUUID()}`, password, idempotencyKey: randomUUID() };
  const mutation = 'mutation($input: CreateUserInput!) { createUser(input: $input) { user { id username } } }';
  const answer = await insist((url) => graphql(url, token, mutation, { input }));
  note(history, 'createUser', answer);
  if (answer === undefined || answer.codes.length > 0) return violate(history, 'createUser was refused', answer);
  const { id, username } = answer.data.createUser.user;
  history.users.push({ id, username, displayName: null, possibleNames: new Set(), isChanging: false });
};

const fewestUsers = 20;

const eraseUser = async ({ history, random, token, insist }) => {
  if (history.users.length < fewestUsers) return;
  const user = oneOf(history.users, random);
  history.users = history.users.filter((each) => each !== user);
  history.doomed.add(user.id);
  for (const family of history.families.filter((each) => each.user === user)) forgetFamily(history, family);
  const mutation = 'mutation($id: ID!) { deleteUser(input: { id: $id }) { deletedId } }';
  const answer = await insist((url) => graphql(url, token, mutation, { id: user.id }));
  note(history, 'deleteUser', answer);
  if (answer === undefined || answer.codes.some((code) => code !== 'NOT_FOUND')) {
    return violate(history, 'deleteUser was refused', answer);
  }
  history.erased.add(user.id);
};

/** How often, in percent. */
const operations = [
  [40, login],
  [25, refresh],
  [9, revoke],
  [12, clientCredentials],
  [8, rename],
  [3, createUser],
  [3, eraseUser],
];

/**
 * One random operation.
 * @param context `url` of the server that is asked; `insist` asks any server until one has answered
 */
export const work = (context) => {
  let chance = context.random() * 100;
  const [, operation] = operations.find(([percent]) => (chance -= percent) < 0) ?? operations[0];
  return operation(context);
};
