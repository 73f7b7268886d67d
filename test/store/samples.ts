import type { Application, KeySet } from '../../src/model/application.js';
import type { Page, PageRequest, Position } from '../../src/model/page.js';
import type { OpaqueAccessToken, TokenFamily } from '../../src/model/token-family.js';
import type { User } from '../../src/model/user.js';

/** Objects as the use cases make them; what matters to a test is said there. */

export const createdAt = Date.UTC(2026, 0, 15, 11);

export const keySetOf = (id: string, changes: Partial<KeySet> = {}): KeySet => ({
  id,
  clientId: `client-of-${id}`,
  environment: 'PRODUCTION',
  enabled: true,
  grantTypes: ['client_credentials', 'password', 'refresh_token'],
  scopes: ['default', 'test'],
  audience: [],
  redirectUris: [],
  authenticationMethod: 'CLIENT_SECRET_BASIC',
  accessTokenFormat: 'JWT',
  accessTokenAlgorithm: 'ES256',
  accessTokenHeaderType: 'AT_JWT',
  accessTokenLifetimeSeconds: 3600,
  maxAccessTokenLifetimeSeconds: 86_400,
  refreshTokenLifetimeSeconds: 30 * 86_400,
  refreshTokenIdleSeconds: 86_400,
  refreshTokenReuseWindowSeconds: 10,
  secrets: [{ id: `secret-of-${id}`, hint: 'abcd', digest: 'k1.digest', createdAt }],
  epoch: 0,
  grantEpochs: {},
  createdAt,
  ...changes,
});

export const applicationOf = (id: string, changes: Partial<Application> = {}): Application => ({
  id,
  name: `Name of ${id}`,
  enabled: true,
  labels: [],
  version: 1,
  createdAt,
  updatedAt: createdAt,
  keys: { PRODUCTION: keySetOf(`keys-of-${id}`) },
  ...changes,
});

/** The application after one more change. */
export const nextOf = (application: Application, changes: Partial<Application> = {}): Application => ({
  ...application,
  version: application.version + 1,
  ...changes,
});

export const userOf = (id: string, changes: Partial<User> = {}): User => ({
  id,
  username: `name-of-${id}`,
  enabled: true,
  epoch: 0,
  createdAt,
  ...changes,
});

export const familyOf = (id: string, changes: Partial<TokenFamily> = {}): TokenFamily => ({
  id,
  grantType: 'password',
  applicationId: 'application',
  keySetId: 'keys',
  clientId: 'client',
  environment: 'PRODUCTION',
  scopes: ['default', 'test'],
  epochs: { client: 1, grant: 2, user: 3 },
  generation: 1,
  generationAt: createdAt,
  issuedAt: createdAt,
  lastUsedAt: createdAt,
  idleExpiresAt: createdAt + 86_400_000,
  absoluteExpiresAt: createdAt + 30 * 86_400_000,
  ...changes,
});

export const accessTokenOf = (digest: string, changes: Partial<OpaqueAccessToken> = {}): OpaqueAccessToken => ({
  digest,
  jti: `jti-of-${digest}`,
  grantType: 'password',
  applicationId: 'application',
  keySetId: 'keys',
  clientId: 'client',
  environment: 'PRODUCTION',
  scopes: ['default'],
  audience: ['https://issuer.example'],
  epochs: { client: 1, grant: 2, user: 3 },
  issuedAt: createdAt,
  expiresAt: createdAt + 3_600_000,
  ...changes,
});

/** 64 callers at the same moment. */
export const together = <T>(call: (index: number) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: 64 }, (_, index) => call(index)));

/** How often each answer was given. */
export const tally = (answers: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries([...new Set(answers)].map((answer) => [answer, answers.filter((one) => one === answer).length]));

/** Every item of a list, page by page. */
export const walkPages = async <T>(
  page: (request: PageRequest) => Promise<Page<T>>,
  positionOf: (item: T) => Position,
  first: number,
): Promise<readonly T[]> => {
  const visited: T[] = [];
  let after: Position | undefined;
  for (;;) {
    const { items, hasNextPage } = await page({ first, ...(after && { after }) });
    visited.push(...items);
    const last = items.at(-1);
    if (!hasNextPage || last === undefined) return visited;
    after = positionOf(last);
  }
};
