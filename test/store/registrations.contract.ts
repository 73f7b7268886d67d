import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { KeyEnvironment } from '../../src/model/application.js';
import type { NewRegistration } from '../../src/store/port/registrations.js';
import type { Contract, OpenedStores } from './opened-stores.js';
import {
  day,
  differences,
  eventOf,
  everyScope,
  histogram,
  hour,
  idMaker,
  inSnapshot,
  isUnion,
  registrationsOf,
  sweepAll,
  totalOf,
  walk,
} from './registration-reading.js';

export const registrationsContract: Contract = (name, open) => {
  describe(`registrations on ${name}`, () => {
    let stores: OpenedStores;
    const id = idMaker('reg');
    beforeAll(async () => {
      stores = await open();
    });
    afterAll(() => stores.close());

    const either = (index: number) => (index % 2 === 0 ? stores.first : stores.second);
    const now = () => stores.clock.now();
    const makeUser = async (userId: string): Promise<void> => {
      const user = { id: userId, username: userId, enabled: true, epoch: 0, createdAt: now() };
      expect(await stores.first.users.create(user, eventOf(id('event')))).toBe('created');
    };
    const total = (applicationId: string, environment?: KeyEnvironment) =>
      inSnapshot(stores.second, (snapshot) =>
        totalOf(snapshot, { applicationId, ...(environment && { environment }) }),
      );
    const rowsOf = (userId: string) => registrationsOf(stores.second, userId);

    it('counts a user once however many first logins run at the same moment', async () => {
      const [applicationId, userId] = [id('app'), id('usr')];
      const outcomes = await Promise.all(
        Array.from({ length: 64 }, (_, index) =>
          either(index).registrations.record({ applicationId, environment: 'PRODUCTION', userId, at: now() + index }),
        ),
      );
      expect(outcomes.filter((outcome) => outcome === 'first')).toHaveLength(1);
      stores.clock.advance(100);
      expect(await total(applicationId)).toBe(1);
      expect((await rowsOf(userId))[0]?.lastTokenAt).toBe(now() - 100 + 63);
    });

    it('counts a user of both environments once in the whole, also when both begin at the same moment', async () => {
      const [applicationId, userId] = [id('app'), id('usr')];
      const environments = ['PRODUCTION', 'SANDBOX'] as const;
      const outcomes = await Promise.all(
        Array.from({ length: 32 }, (_, index) => index).flatMap((index) =>
          environments.map((environment) =>
            either(index).registrations.record({ applicationId, environment, userId, at: now() }),
          ),
        ),
      );
      expect(outcomes.filter((outcome) => outcome === 'first')).toHaveLength(2);
      expect(await total(applicationId)).toBe(1);
      expect(await total(applicationId, 'PRODUCTION')).toBe(1);
      expect(await total(applicationId, 'SANDBOX')).toBe(1);
    });

    it('keeps the first instants and moves only the last ones', async () => {
      const [applicationId, userId, at] = [id('app'), id('usr'), now()];
      const record = (environment: KeyEnvironment, instant: number) =>
        stores.first.registrations.record({ applicationId, environment, userId, at: instant });
      expect(await record('PRODUCTION', at)).toBe('first');
      expect(await record('PRODUCTION', at + 50)).toBe('already');
      expect(await record('PRODUCTION', at + 20)).toBe('already');
      expect(await record('SANDBOX', at + 70)).toBe('first');
      stores.clock.advance(100);
      expect(await rowsOf(userId)).toEqual([
        {
          applicationId,
          userId,
          firstTokenAt: at,
          lastTokenAt: at + 70,
          environments: {
            PRODUCTION: { firstTokenAt: at, lastTokenAt: at + 50 },
            SANDBOX: { firstTokenAt: at + 70, lastTokenAt: at + 70 },
          },
        },
      ]);
    });

    it('never puts an environment before the whole', async () => {
      const [applicationId, userId, at] = [id('app'), id('usr'), now()];
      await stores.first.registrations.record({ applicationId, environment: 'PRODUCTION', userId, at });
      await stores.second.registrations.record({ applicationId, environment: 'SANDBOX', userId, at: at - 5000 });
      expect(await rowsOf(userId)).toMatchObject([
        { firstTokenAt: at, environments: { PRODUCTION: { firstTokenAt: at }, SANDBOX: { firstTokenAt: at } } },
      ]);
    });

    it('keeps of a buried registration the first instant and nothing of the user', async () => {
      const [applicationId, userId, at] = [id('app'), id('usr'), now()];
      const registration: NewRegistration = { applicationId, environment: 'SANDBOX', userId, at };
      await stores.first.registrations.record(registration);
      await Promise.all([0, 1, 2, 3].map((index) => either(index).registrations.bury(applicationId, userId)));
      expect(await stores.second.registrations.record(registration)).toBe('already');
      expect(await rowsOf(userId)).toEqual([]);
      stores.clock.advance(1);
      await inSnapshot(stores.first, async (snapshot) => {
        for (const scope of [{ applicationId }, { applicationId, environment: 'SANDBOX' as const }]) {
          expect(await histogram(snapshot, scope, [at, snapshot.asOf])).toEqual([
            { registered: 0, erased: 0 },
            { registered: 0, erased: 1 },
          ]);
          expect(await walk(snapshot, scope)).toEqual([]);
        }
        expect(await snapshot.registrations.extent({ applicationId })).toEqual({ first: at, last: at });
      });
    });

    it('finds the registrations of several users, or tells that there are too many', async () => {
      const [applicationIds, userIds] = [[id('app'), id('app')], [id('usr'), id('usr')].sort()] as const;
      const rows = userIds.flatMap((userId) =>
        applicationIds.map((applicationId, index) => ({ applicationId, userId, at: now() - index * day })),
      );
      await stores.first.registrations.import(
        rows.map((row) => ({ ...row, environment: 'PRODUCTION' })),
        { audit: eventOf(id('event')) },
      );
      const { registrations } = stores.second;
      expect(await registrations.findByUsers(userIds, 4)).toMatchObject(
        userIds.flatMap((userId) => [...applicationIds].reverse().map((applicationId) => ({ applicationId, userId }))),
      );
      expect(await registrations.findByUsers(userIds, 3)).toBe('too_many');
      expect(await registrations.findByUsers([userIds[1]!], 2)).toHaveLength(2);
      expect(await registrations.findByUsers([], 0)).toEqual([]);
    });

    it('counts nobody whose erasure runs beside his first logins, or before one of them is recorded', async () => {
      const applicationIds = Array.from({ length: 8 }, () => id('app'));
      const userId = id('usr');
      await makeUser(userId);
      const record = (applicationId: string, index: number) =>
        either(index).registrations.record({ applicationId, environment: 'PRODUCTION', userId, at: now() });
      const logins = Array.from({ length: 8 }, () => applicationIds).flatMap((ids) => ids.map(record));
      await Promise.all([...logins, stores.second.users.erase(userId, eventOf(id('event')))]);
      const all = [...applicationIds, id('app')]; // one that he had not begun with
      await Promise.all(all.map(record));
      expect(await Promise.all(all.map((applicationId) => total(applicationId)))).toEqual(all.map(() => 0));
      expect(await rowsOf(userId)).toEqual([]);
    });

    it('says of each imported row what became of it, also in a rehearsal, and changes nothing the second time', async () => {
      const [applicationId, at] = [id('app'), now()];
      const [known, later, fresh, buried] = [id('usr'), id('usr'), id('usr'), id('usr')];
      const row = (userId: string, instant: number, environment: KeyEnvironment = 'PRODUCTION'): NewRegistration => ({
        applicationId,
        environment,
        userId,
        at: instant,
      });
      for (const userId of [known, later, buried]) await stores.first.registrations.record(row(userId, at));
      await stores.first.registrations.bury(applicationId, buried);
      const rows = [
        row(known, at + 5),
        row(later, at - 40 * day),
        row(fresh, at - 3 * day),
        row(fresh, at - 4 * day),
        row(fresh, at - 2 * day, 'SANDBOX'),
        row(buried, at - 5 * day),
      ];
      const expected = ['unchanged', 'moved', 'created', 'moved', 'created', 'erased'];
      expect(await stores.second.registrations.import(rows, { dryRun: true })).toEqual(expected);
      expect(await rowsOf(fresh)).toEqual([]);
      const audit = eventOf(id('event'), 'importRegistrations');
      expect(await stores.second.registrations.import(rows, { audit })).toEqual(expected);
      expect(await stores.first.audit.find(audit.id)).toEqual(audit);
      expect(await rowsOf(fresh)).toMatchObject([
        { firstTokenAt: at - 4 * day, environments: { SANDBOX: { firstTokenAt: at - 2 * day } } },
      ]);
      expect(await rowsOf(later)).toMatchObject([{ firstTokenAt: at - 40 * day, lastTokenAt: at }]);
      const again = await stores.first.registrations.import(rows, { audit: eventOf(id('event')) });
      expect(again).toEqual(['unchanged', 'unchanged', 'unchanged', 'unchanged', 'unchanged', 'erased']);
      await inSnapshot(stores.first, async (snapshot) => {
        expect(await histogram(snapshot, { applicationId }, [at - 4 * day, at - 3 * day, at])).toEqual([
          { registered: 1, erased: 0 },
          { registered: 1, erased: 0 },
          { registered: 0, erased: 0 },
        ]);
        expect(await differences(snapshot, applicationId)).toEqual([]);
      });
    });

    it('lets the earliest instant win when imports and first logins run at the same moment', async () => {
      const [applicationId, at] = [id('app'), now()];
      const users = Array.from({ length: 16 }, () => id('usr'));
      const rows = (instant: number, environment: KeyEnvironment): readonly NewRegistration[] =>
        users.map((userId) => ({ applicationId, environment, userId, at: instant }));
      await Promise.all([
        ...rows(at, 'PRODUCTION').map((row, index) => either(index).registrations.record(row)),
        ...rows(at, 'SANDBOX').map((row, index) => either(index).registrations.record(row)),
        stores.first.registrations.import(rows(at - 2 * day, 'PRODUCTION'), { audit: eventOf(id('event')) }),
        stores.second.registrations.import(rows(at - 9 * day, 'SANDBOX'), { audit: eventOf(id('event')) }),
        stores.second.registrations.import(rows(at - 5 * day, 'PRODUCTION'), { audit: eventOf(id('event')) }),
      ]);
      await inSnapshot(stores.first, async (snapshot) => {
        const boundaries = [at - 9 * day, at - 9 * day + 1, at - 5 * day, at - 5 * day + 1, snapshot.asOf];
        const registered = async (environment?: KeyEnvironment) =>
          (await histogram(snapshot, { applicationId, ...(environment && { environment }) }, boundaries)).map(
            (count) => count.registered,
          );
        expect(await registered()).toEqual([0, 16, 0, 0, 0]);
        expect(await registered('SANDBOX')).toEqual([0, 16, 0, 0, 0]);
        expect(await registered('PRODUCTION')).toEqual([0, 0, 0, 16, 0]);
        expect(await isUnion(snapshot, applicationId)).toBe(true);
        expect(await differences(snapshot, applicationId)).toEqual([]);
      });
    });

    it('orders the list by first instant and user, and shows each once whatever the page size', async () => {
      const applicationId = id('app');
      const at = now() - 3 * hour;
      const users = Array.from({ length: 9 }, () => id('usr'));
      for (const [index, userId] of users.entries()) {
        const environment = index % 3 === 0 ? 'SANDBOX' : 'PRODUCTION';
        await either(index).registrations.record({ applicationId, environment, userId, at: at + (index % 4) });
      }
      const inOrder = [...users.entries()].sort(
        ([a, userA], [b, userB]) => (a % 4) - (b % 4) || (userA < userB ? -1 : 1),
      );
      await inSnapshot(stores.second, async (snapshot) => {
        for (const first of [1, 2, 3, 100]) {
          const visited = await walk(snapshot, { applicationId }, { first });
          expect(visited.map(({ userId }) => userId)).toEqual(inOrder.map(([, userId]) => userId));
        }
        const some = await walk(snapshot, { applicationId }, { from: at + 1, to: at + 3 });
        expect(some).toHaveLength(users.filter((_, index) => index % 4 === 1 || index % 4 === 2).length);
      });
    });

    it('agrees with itself at any boundaries after any history', async () => {
      await fc.assert(
        fc.asyncProperty(histories, boundaryLists, async (history, offsets) => {
          const applicationId = id('app');
          const start = now() - 3 * day;
          const users = new Map<string, string>();
          for (const { user, environment, offset, kind } of history) {
            const userId = users.get(user) ?? id('usr');
            users.set(user, userId);
            const registration = { applicationId, environment, userId, at: start + offset };
            if (kind === 'record') await stores.first.registrations.record(registration);
            if (kind === 'import') {
              await stores.second.registrations.import([registration], { audit: eventOf(id('event')) });
            }
            if (kind === 'sweep') await sweepAll(stores.second, now());
            if (kind === 'bury') await stores.first.registrations.bury(applicationId, userId);
          }
          const boundaries = offsets.map((offset) => start + offset).sort((a, b) => a - b);
          await inSnapshot(stores.second, async (snapshot) => {
            for (const scope of everyScope(applicationId)) {
              const counts = await histogram(snapshot, scope, [...boundaries, snapshot.asOf]);
              for (const [index, count] of counts.entries()) {
                const [from, to] = [boundaries[index - 1] ?? 0, boundaries[index] ?? snapshot.asOf];
                expect(count.registered).toBe((await walk(snapshot, scope, { from, to })).length);
              }
              const sum = counts.reduce((all, count) => all + count.registered, 0);
              expect(sum).toBe(await totalOf(snapshot, scope));
            }
            expect(await isUnion(snapshot, applicationId)).toBe(true);
            expect(await differences(snapshot, applicationId)).toEqual([]);
          });
        }),
        { numRuns: 6, seed: 20261125, endOnFailure: true },
      );
    });
  });
};

/** Up to the present, mostly on or beside the edges of quarter hours and days. */
const offsets = fc.oneof(
  fc.integer({ min: 0, max: 3 * day }),
  fc
    .tuple(fc.integer({ min: 1, max: 3 * 96 }), fc.constantFrom(-1, 0, 1))
    .map(([quarter, beside]) => quarter * 900_000 + beside),
);

const histories = fc.array(
  fc.record({
    user: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    environment: fc.constantFrom<KeyEnvironment>('PRODUCTION', 'SANDBOX'),
    offset: offsets.map((offset) => Math.min(offset, 3 * day)),
    kind: fc.constantFrom('record', 'record', 'import', 'import', 'bury', 'sweep'),
  }),
  { minLength: 4, maxLength: 14 },
);

const boundaryLists = fc.array(offsets, { minLength: 1, maxLength: 5 });
