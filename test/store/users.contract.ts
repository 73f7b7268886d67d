import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { User } from '../../src/model/user.js';
import { usernamesFrom } from '../../src/model/username.js';
import type { UserChange, UserFilter } from '../../src/store/port/users.js';
import type { Contract, OpenedStores } from './opened-stores.js';
import { eventOf, idMaker, inSnapshot, registrationsOf, sweepAll } from './registration-reading.js';
import { accessTokenOf, createdAt, familyOf, tally, together, userOf, walkPages } from './samples.js';

const off = { from: true, to: false };

export const usersContract: Contract = (name, open) => {
  describe(`users on ${name}`, () => {
    let stores: OpenedStores;
    const id = idMaker('usr');
    beforeAll(async () => {
      stores = await open();
    });
    afterAll(() => stores.close());

    const either = (index: number) => (index % 2 === 0 ? stores.first : stores.second).users;
    const event = (action?: string) => eventOf(id('event'), action);
    const made = async (changes: Partial<User> = {}): Promise<User> => {
      const user = userOf(id('user'), changes);
      expect(await stores.first.users.create(user, event())).toBe('created');
      return user;
    };
    const found = (userId: string) => stores.second.users.find(userId);

    it('finds a new user by id and name, with the event', async () => {
      const audit = event('createUser');
      const user = userOf(id('user'), {
        username: id('Name'),
        email: 'a@example.org',
        displayName: 'A. Person',
        enabled: false,
        epoch: 4,
        passwordHash: '$argon2id$v=19$…',
        passwordChangedAt: createdAt,
      });
      expect(await stores.first.users.create(user, audit)).toBe('created');
      expect(await found(user.id)).toEqual(user);
      expect(await stores.second.users.findByUsername(user.username)).toEqual(user);
      expect(await stores.second.users.findMany([user.id, 'nobody', user.id])).toEqual([user]);
      expect(await stores.second.audit.find(audit.id)).toEqual(audit);
      await inSnapshot(stores.second, async (snapshot) => {
        expect(await snapshot.findUsers([user.id, 'nobody'])).toEqual([user]);
      });
    });

    it('tells user names apart exactly as they stand', async () => {
      const user = await made({ username: id('exact') });
      for (const other of [user.username.toUpperCase(), `${user.username} `, `${user.username}\0x`, 'nobody']) {
        expect(await stores.second.users.findByUsername(other)).toBeUndefined();
      }
      expect(await found('nobody')).toBeUndefined();
    });

    it('says whether id or name is taken, and then writes nothing', async () => {
      const there = await made();
      const attempts = [
        { user: { ...userOf(id('user')), id: there.id }, outcome: 'id_taken' },
        { user: userOf(id('user'), { username: there.username }), outcome: 'username_taken' },
      ];
      for (const { user, outcome } of attempts) {
        const audit = event();
        expect(await stores.second.users.create(user, audit)).toBe(outcome);
        expect(await stores.first.audit.find(audit.id)).toBeUndefined();
      }
      expect(await found(there.id)).toEqual(there);
    });

    it.each([
      { what: 'name', taken: 'username_taken', same: { username: 'the-same-name' } },
      { what: 'id', taken: 'id_taken', same: { id: 'the-same-id' } },
    ])('makes one of 64 users of the same $what', async ({ taken, same }) => {
      const outcomes = await together((index) => either(index).create({ ...userOf(id('user')), ...same }, event()));
      expect(tally(outcomes)).toEqual({ created: 1, [taken]: 63 });
    });

    it.each<{ what: string; change: UserChange; becomes: Partial<User> }>([
      { what: 'nothing', change: {}, becomes: {} },
      { what: 'what is given', change: { email: 'b@example.org' }, becomes: { email: 'b@example.org' } },
      { what: 'a display name', change: { displayName: 'B' }, becomes: { displayName: 'B' } },
      { what: 'the epoch when it disables', change: { enabled: off }, becomes: { enabled: false, epoch: 8 } },
      { what: 'no epoch when nothing is switched', change: { enabled: { from: true, to: true } }, becomes: {} },
      { what: 'the epoch when asked to', change: { raiseEpoch: true }, becomes: { epoch: 8 } },
      { what: 'the epoch once', change: { raiseEpoch: true, enabled: off }, becomes: { enabled: false, epoch: 8 } },
      {
        what: 'password, its instant and the epoch',
        change: { password: { hash: 'new', at: createdAt + 5 } },
        becomes: { passwordHash: 'new', passwordChangedAt: createdAt + 5, epoch: 8 },
      },
    ])('changes $what', async ({ change, becomes }) => {
      const user = await made({ email: 'a@example.org', displayName: 'A', epoch: 7, passwordHash: 'old' });
      const audit = event('updateUser');
      expect(await stores.first.users.update(user.id, change, audit)).toEqual({ ...user, ...becomes });
      expect(await found(user.id)).toEqual({ ...user, ...becomes });
      expect(await stores.second.audit.find(audit.id)).toEqual(audit);
    });

    it('clears what is set to null, and enabling again lowers nothing', async () => {
      const { email, displayName, ...rest } = await made({ email: 'a@example.org', displayName: 'A' });
      expect([email, displayName]).toEqual(['a@example.org', 'A']);
      const { users } = stores.first;
      expect(await users.update(rest.id, { email: null, displayName: null }, event())).toEqual(rest);
      await users.update(rest.id, { enabled: off }, event());
      expect(await users.update(rest.id, { enabled: { from: false, to: false } }, event())).toMatchObject({
        enabled: false,
        epoch: 1,
      });
      expect(await users.update(rest.id, { enabled: { from: false, to: true } }, event())).toMatchObject({
        enabled: true,
        epoch: 1,
      });
    });

    it('says that a user is unknown, and then writes nothing', async () => {
      const audit = event();
      expect(await stores.first.users.update('nobody', { raiseEpoch: true }, audit)).toBe('unknown');
      expect(await stores.first.users.erase('nobody', audit)).toBe('unknown');
      expect(await stores.first.audit.find(audit.id)).toBeUndefined();
    });

    it('loses none of 64 changes at the same moment', async () => {
      const user = await made();
      const changes: readonly UserChange[] = [{ raiseEpoch: true }, { password: { hash: 'x', at: createdAt } }];
      await together((index) => either(index).update(user.id, changes[index % 2] ?? {}, event()));
      expect(await found(user.id)).toMatchObject({ epoch: 64 });
    });

    it('switches a user off for one of 64 callers, and tells the others that he moved', async () => {
      const user = await made();
      const change = { enabled: off, email: 'b@example.org' };
      const outcomes = await together((index) => either(index).update(user.id, change, event()));
      expect(outcomes.filter((outcome) => outcome === 'moved')).toHaveLength(63);
      expect(await found(user.id)).toMatchObject({ enabled: false, epoch: 1 });
    });

    it('changes nothing of a user who is not what he is to change from, and writes no event', async () => {
      const user = await made({ enabled: false });
      const audit = event();
      expect(await stores.first.users.update(user.id, { enabled: off, email: 'b@example.org' }, audit)).toBe('moved');
      expect(await found(user.id)).toEqual(user);
      expect(await stores.first.audit.find(audit.id)).toBeUndefined();
    });

    it('ends the families of a user whose password is new', async () => {
      const user = await made();
      const other = await made();
      const [mine, theirs] = [user, other].map((of) =>
        familyOf(id('family'), { userId: of.id, epochs: { client: 0, grant: 0, user: of.epoch } }),
      );
      if (mine === undefined || theirs === undefined) throw new Error('unreachable');
      for (const family of [mine, theirs]) await stores.first.tokens.open(family);
      await stores.second.users.update(user.id, { password: { hash: 'new', at: createdAt + 9 } }, event());
      expect(await stores.first.tokens.findFamily(mine.id)).toMatchObject({ revokedAt: createdAt + 9 });
      expect(await stores.first.tokens.findFamily(theirs.id)).toEqual(theirs);
    });

    it('replaces an old hash only while it is the one expected', async () => {
      const user = await made({ passwordHash: 'old', epoch: 3 });
      await stores.first.users.rehash(user.id, 'another', 'wrong');
      await stores.first.users.rehash('nobody', 'old', 'wrong');
      expect(await found(user.id)).toEqual(user);
      await together((index) => either(index).rehash(user.id, 'old', `new-${index}`));
      const after = await found(user.id);
      expect(after?.passwordHash).toMatch(/^new-/);
      expect(after).toEqual({ ...user, passwordHash: after?.passwordHash });
    });

    it('erases a user once, with everything that was kept of him, and frees his name', async () => {
      const user = await made();
      const of = { applicationId: id('app'), userId: user.id };
      const [family, token] = [familyOf(id('family'), of), accessTokenOf(id('digest'), of)];
      const day = Math.floor(createdAt / 86_400_000);
      const active = { ...of, environment: 'PRODUCTION', day, quarters: [44] } as const;
      await stores.first.tokens.open(family, token);
      await stores.first.registrations.record({ ...of, environment: 'PRODUCTION', at: createdAt });
      await stores.first.activity.record({ tallies: [], users: [active] });
      const audits = Array.from({ length: 64 }, () => event('deleteUser'));
      const outcomes = await together((index) => either(index).erase(user.id, audits[index] ?? event()));
      expect(tally(outcomes)).toEqual({ erased: 1, unknown: 63 });
      expect(await stores.second.users.create({ ...user, username: id('other') }, event())).toBe('id_taken');
      const written = await Promise.all(audits.map((audit) => stores.first.audit.find(audit.id)));
      expect(written.filter((audit) => audit !== undefined)).toEqual([audits[outcomes.indexOf('erased')]]);
      expect(await found(user.id)).toBeUndefined();
      expect(await stores.second.users.findByUsername(user.username)).toBeUndefined();
      expect(await stores.second.users.findMany([user.id])).toEqual([]);
      expect(await stores.second.tokens.findFamily(family.id)).toBeUndefined();
      expect(await stores.second.tokens.findAccessToken(token.digest, createdAt)).toBeUndefined();
      expect(await registrationsOf(stores.second, user.id)).toEqual([]);
      await stores.second.activity.record({ tallies: [], users: [active] });
      await sweepAll(stores.first, createdAt);
      await inSnapshot(stores.second, async (snapshot) => {
        const ranges = [{ from: createdAt - 86_400_000, to: createdAt + 86_400_000 }];
        expect(await snapshot.activity.activeUsers({ applicationId: of.applicationId, ranges })).toEqual([0]);
        expect(await snapshot.findUsers([user.id])).toEqual([]);
      });
      await made({ username: user.username });
    });

    it('lets a name that 64 callers want be taken by one, while its owner is erased', async () => {
      const user = await made();
      const [erased, ...outcomes] = await Promise.all([
        stores.first.users.erase(user.id, event()),
        ...Array.from({ length: 64 }, (_, index) =>
          either(index).create(userOf(id('user'), { username: user.username }), event()),
        ),
      ]);
      expect(erased).toBe('erased');
      expect(outcomes.filter((outcome) => outcome === 'created').length).toBeLessThanOrEqual(1);
      const owner = await stores.second.users.findByUsername(user.username);
      expect(owner === undefined).toBe(!outcomes.includes('created'));
    });

    it('lists by age and id, each once whatever the page size, by beginning of the name and state', async () => {
      const start = id('listed_%');
      const users = await Promise.all(
        Array.from({ length: 9 }, (_, index) =>
          made({
            username: index === 8 ? `${start.replace('_', 'x')}-${index}` : `${start}-${index}`,
            createdAt: createdAt + (index % 4),
            enabled: index % 2 === 0,
          }),
        ),
      );
      const listed = async (filter: UserFilter, first: number): Promise<readonly string[]> => {
        const visited = await walkPages(
          (request) => stores.second.users.page(filter, request),
          (user) => ({ at: user.createdAt, id: user.id }),
          first,
        );
        expect(await stores.first.users.count(filter)).toBe(visited.length);
        return visited.map((user) => user.id);
      };
      const those = (choose: (index: number) => boolean) =>
        [...users.entries()]
          .filter(([index]) => choose(index))
          .sort(([, a], [, b]) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
          .map(([, user]) => user.id);
      for (const first of [1, 2, 100]) {
        expect(await listed({ usernames: usernamesFrom(start) }, first)).toEqual(those((index) => index < 8));
      }
      expect(await listed({ usernames: usernamesFrom(start), enabled: false }, 3)).toEqual(
        those((index) => index % 2 === 1),
      );
      expect(await listed({ usernames: usernamesFrom(`${start}-8`) }, 3)).toEqual([]);
      expect(await listed({ usernames: usernamesFrom(start.slice(1)) }, 3)).toEqual([]);
    });
  });
};
