import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createPasswordHasher } from '../../src/crypto/hash-pool.js';
import { openSigningKeys } from '../../src/crypto/key-store.js';
import { createKeyring } from '../../src/crypto/keyring.js';
import { keyEnvironments, type Client, type KeyEnvironment } from '../../src/model/application.js';
import type { Position } from '../../src/model/page.js';
import type { User } from '../../src/model/user.js';
import { issueTokens } from '../../src/oauth/issue-tokens.js';
import type { OAuthDeps } from '../../src/oauth/oauth-deps.js';
import { verifyStatistics } from '../../src/statistics/verify-statistics.js';
import { StoreUnavailable, type Snapshot, type Store } from '../../src/store/port/store.js';
import { eachStore } from '../statistics/each-store.js';
import { anEvent, inSnapshot } from '../statistics/fixture.js';
import type { OpenedStores } from '../store/opened-stores.js';
import { applicationOf, keySetOf, userOf } from '../store/samples.js';
import { forgetfulStore } from './forgetful-store.js';
import { randomFrom } from './lossy-proxy.js';
import { inLanes, untilDone } from './retrying.js';
import { secretKey } from '../support/secret-key.js';

const sizes: Readonly<Record<string, number>> = { SQLite: 300, MongoDB: 40 };

interface Login {
  readonly client: Client;
  readonly user: User;
}

describe.each(eachStore)('tokens issued over a line that loses calls and replies, on $name', ({ name, open }) => {
  let stores: OpenedStores;
  let issuers: readonly OAuthDeps[];
  const hasher = createPasswordHasher({ threads: 1, queueLimit: 1 });
  const random = randomFrom(7);
  const oneOf = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;

  beforeEach(async () => {
    stores = await open();
    issuers = await Promise.all([stores.first, stores.second].map(issuerOver));
  });
  afterEach(() => stores.close());

  const issuerOver = async (store: Store): Promise<OAuthDeps> => {
    const keyring = createKeyring([secretKey(7)]);
    return {
      store: forgetfulStore(store, random, 10),
      keyring,
      clock: store.clock,
      signingKeys: await openSigningKeys({ store, keyring, clock: store.clock }),
      passwordHasher: hasher,
      issuer: 'https://tallygate.test',
      noteUse: () => undefined,
      events: { issued: () => undefined, refused: () => undefined },
    };
  };

  const addClients = async (): Promise<readonly Client[]> => {
    const clients: Client[] = [];
    for (const id of ['one', 'two', 'three']) {
      const keys = Object.fromEntries(
        keyEnvironments.map((environment) => [environment, keySetOf(`${id}-${environment}`, { environment })]),
      );
      const application = applicationOf(`app_${id}`, { keys });
      expect(await stores.first.applications.create(application, anEvent())).toBe('created');
      for (const keySet of Object.values(keys)) clients.push({ application, keySet });
    }
    return clients;
  };

  const addUsers = async (count: number): Promise<readonly User[]> => {
    const users = Array.from({ length: count }, (_, index) => userOf(`usr_${index}`, { username: `user${index}` }));
    await inLanes(16, users, async (user) => {
      expect(await stores.first.users.create(user, anEvent())).toBe('created');
    });
    return users;
  };

  const login = ({ client, user }: Login) =>
    issueTokens(oneOf(issuers), {
      requestId: 'request',
      arrivedAt: stores.clock.now(),
      client,
      grantType: 'password',
      authorisation: {
        user,
        terms: { scopes: ['default'], audience: ['https://tallygate.test'], lifetimeSeconds: 3600 },
        family: { kind: 'open' },
      },
    });

  const walk = async (
    cut: Snapshot,
    applicationId: string,
    environment?: KeyEnvironment,
  ): Promise<ReadonlySet<string>> => {
    const ids: string[] = [];
    let after: Position | undefined;
    for (let more = true; more;) {
      const of = { applicationId, ...(environment && { environment }), to: cut.asOf };
      const page = await cut.registrations.page(of, { first: 100, ...(after && { after }) });
      ids.push(...page.items.map(({ userId }) => userId));
      const last = page.items.at(-1);
      const at = environment === undefined ? last?.firstTokenAt : last?.environments[environment]?.firstTokenAt;
      after = last && { at: at ?? 0, id: last.userId };
      more = page.hasNextPage;
    }
    expect(new Set(ids).size).toBe(ids.length);
    return new Set(ids);
  };

  const keyOf = ({ client: { application, keySet }, user }: Login): string =>
    `${application.id} ${keySet.environment} ${user.id}`;

  /** Whoever has his token is counted in every cut that is made afterwards. */
  const deliveredAreCounted = async (delivered: ReadonlySet<string>, erased: ReadonlySet<string>): Promise<void> => {
    const [store, before] = [oneOf([stores.first, stores.second]), [...delivered]];
    await inSnapshot(store, async (cut) => {
      for (const applicationId of ['app_one', 'app_two', 'app_three']) {
        const sets = new Map<KeyEnvironment, ReadonlySet<string>>();
        for (const environment of keyEnvironments) {
          const counted = await walk(cut, applicationId, environment);
          sets.set(environment, counted);
          const mine = before.filter((key) => key.startsWith(`${applicationId} ${environment} `));
          const missing = mine.map((key) => key.split(' ')[2]!).filter((id) => !counted.has(id) && !erased.has(id));
          expect(missing).toEqual([]);
        }
        const whole = await walk(cut, applicationId);
        expect([...whole].sort()).toEqual([...new Set(keyEnvironments.flatMap((each) => [...sets.get(each)!]))].sort());
        const figures = await cut.registrations.histogram({ applicationIds: [applicationId], boundaries: [cut.asOf] });
        expect(figures.get(applicationId)?.[0]?.registered).toBe(whole.size);
      }
    });
  };

  it('are all counted once, at every instant of reading, and nobody else is (S2, S7)', async () => {
    const clients = await addClients();
    const users = await addUsers(sizes[name] ?? 50);
    const logins = users.flatMap((user) => Array.from({ length: 5 }, (): Login => ({ client: oneOf(clients), user })));
    const shuffled = logins
      .map((one) => ({ one, at: random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ one }) => one);
    const delivered = new Set<string>();
    const erased = new Set<string>();
    const toErase = users.filter((_, index) => index % 10 === 0);
    const writing = { over: false };
    const reading = (async () => {
      let readings = 0;
      for (; !writing.over; readings += 1) {
        await deliveredAreCounted(delivered, erased);
        await setImmediate();
      }
      return readings;
    })();
    const erasing = inLanes(1, toErase, async ({ id }) => {
      erased.add(id);
      await untilDone(() => oneOf(issuers).store.users.erase(id, anEvent()));
    });
    await inLanes(16, shuffled, async (one) => {
      stores.clock.advance(Math.floor(random() * 120_000));
      for (let tries = 0; tries < 8; tries += 1) {
        const outcome = await login(one).catch((error: unknown) => error);
        if (!(outcome instanceof Error)) delivered.add(keyOf(one));
        else if (outcome instanceof StoreUnavailable)
          continue; // a client asks again
        else expect(outcome).toMatchObject({ code: 'invalid_grant' });
        return;
      }
    });
    await erasing;
    writing.over = true;
    expect(await reading).toBeGreaterThan(0);
    await deliveredAreCounted(delivered, erased);
    expect(delivered.size).toBeGreaterThan(users.length);
    await inSnapshot(stores.second, async (cut) => {
      for (const applicationId of ['app_one', 'app_two', 'app_three']) {
        for (const userId of await walk(cut, applicationId)) {
          expect(erased.has(userId)).toBe(false);
          const families = await stores.first.tokens.pageFamilies({ applicationId, userId }, { first: 1 });
          expect(families.items).toHaveLength(1);
        }
      }
    });
    for (let steps = 1; steps > 0;) steps = await stores.second.sweep(stores.clock.now());
    expect(await verifyStatistics(stores.first, {})).toMatchObject({ checkedApplications: 3, differences: [] });
    await hasher.close();
  }, 120_000);
});
