// What the storm begins with: users with one password, and applications whose access tokens are JWTs and opaque.
import { createPasswordHasher } from '../../dist/crypto/hash-pool.js';
import { randomId } from '../../dist/crypto/random-token.js';
import { Secret } from '../../dist/model/secret.js';
import { openStore } from '../../dist/store/open-store.js';
import { graphql, post } from './requests.mjs';
import { deployment } from './servers.mjs';

export const password = 'correct horse battery staple';

/** Straight into the store, with one hash for all. */
export const addUsers = async (databaseUrl, count) => {
  const hasher = createPasswordHasher({ threads: 1, queueLimit: 1 });
  const passwordHash = await hasher.hash(new Secret(password));
  await hasher.close();
  const store = await openStore(databaseUrl);
  const users = [];
  for (let index = 0; index < count; index += 1) {
    const user = {
      id: randomId('user'),
      username: `user${index}`,
      enabled: true,
      epoch: 0,
      passwordHash,
      createdAt: store.clock(),
    };
    const event = {
      id: randomId('event'),
      at: store.clock(),
      actor: 'storm',
      action: 'createUser',
      outcome: 'ok',
      requestId: 'storm',
    };
    await store.users.create(user, event);
    users.push({ id: user.id, username: user.username });
  }
  await store.close();
  return users;
};

/** A token with all scopes, valid for a day. */
export const managementToken = async (url) => {
  const scope =
    'applications:read applications:write users:read users:write statistics:read audit:read settings:write introspect';
  const fields = { grant_type: 'client_credentials', scope, validity_period: '86400' };
  const answer = await post(`${url}/token`, `${deployment.id}:${deployment.secret}`, fields);
  return answer.body.access_token;
};

export const addApplications = async (url, token) => {
  const applications = [];
  for (const accessTokenFormat of ['JWT', 'OPAQUE']) {
    const { data } = await graphql(
      url,
      token,
      'mutation($name: String!) { createApplication(input: { name: $name }) { application { id } } }',
      { name: `Tokens by ${accessTokenFormat}` },
    );
    const { id } = data.createApplication.application;
    const keys = await graphql(
      url,
      token,
      'mutation($input: GenerateKeysInput!) { generateKeys(input: $input) { keys { clientId } clientSecret } }',
      {
        input: {
          applicationId: id,
          accessTokenFormat,
          grantTypes: ['CLIENT_CREDENTIALS', 'PASSWORD', 'REFRESH_TOKEN'],
          scopes: ['default'],
          refreshTokenReuseWindowSeconds: 300,
        },
      },
    );
    const { keys: made, clientSecret } = keys.data.generateKeys;
    applications.push({ id, credentials: `${made.clientId}:${clientSecret}` });
  }
  return applications;
};
