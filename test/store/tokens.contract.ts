import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TokenFamily } from '../../src/model/token-family.js';
import type { EndedFamilies, FamilyFilter } from '../../src/store/port/tokens.js';
import type { Contract, OpenedStores } from './opened-stores.js';
import { eventOf, idMaker } from './registration-reading.js';
import { accessTokenOf, createdAt, familyOf, tally, together, walkPages } from './samples.js';

export const tokensContract: Contract = (name, open) => {
  describe(`tokens on ${name}`, () => {
    let stores: OpenedStores;
    const id = idMaker('tok');
    beforeAll(async () => {
      stores = await open();
    });
    afterAll(() => stores.close());

    const either = (index: number) => (index % 2 === 0 ? stores.first : stores.second).tokens;
    const opened = async (changes: Partial<TokenFamily> = {}): Promise<TokenFamily> => {
      const family = familyOf(id('family'), changes);
      await stores.first.tokens.open(family);
      return family;
    };
    const found = (family: TokenFamily) => stores.second.tokens.findFamily(family.id);
    const at = createdAt + 60_000;
    const spending = (family: TokenFamily) => ({
      familyId: family.id,
      expectedGeneration: family.generation,
      at,
      idleExpiresAt: at + 86_400_000,
    });
    const next = (family: TokenFamily): TokenFamily => ({
      ...family,
      generation: family.generation + 1,
      generationAt: at,
      lastUsedAt: at,
      idleExpiresAt: at + 86_400_000,
    });

    it('keeps a family and its first opaque access token as they are', async () => {
      const family = familyOf(id('family'), { userId: 'usr_1', environment: 'SANDBOX', revokedAt: createdAt + 1 });
      const token = accessTokenOf(id('digest'), { familyId: family.id, userId: 'usr_1', environment: 'SANDBOX' });
      await stores.first.tokens.open(family, token);
      expect(await found(family)).toEqual(family);
      expect(await stores.second.tokens.findAccessToken(token.digest, at)).toEqual(token);
      expect(await found(familyOf('nothing'))).toBeUndefined();
    });

    it('advances a family by one generation with the access token that comes with it', async () => {
      const family = await opened();
      const accessToken = accessTokenOf(id('digest'), { familyId: family.id });
      const answer = await stores.second.tokens.advance({ ...spending(family), accessToken });
      expect(answer).toEqual({ outcome: 'advanced' });
      expect(await found(family)).toEqual(next(family));
      expect(await stores.first.tokens.findAccessToken(accessToken.digest, at)).toEqual(accessToken);
    });

    it.each<{ what: string; changes: Partial<TokenFamily>; expectedGeneration?: number }>([
      { what: 'of an older generation', changes: {}, expectedGeneration: 0 },
      { what: 'of a generation to come', changes: {}, expectedGeneration: 2 },
      { what: 'that is revoked', changes: { revokedAt: at - 1 } },
      { what: 'whose idle time is over', changes: { idleExpiresAt: at } },
      { what: 'that has reached its end', changes: { absoluteExpiresAt: at } },
    ])('does not advance a family $what, keeps no access token and shows it as it stands', async (row) => {
      const family = await opened(row.changes);
      const accessToken = accessTokenOf(id('digest'), { familyId: family.id });
      const expectedGeneration = row.expectedGeneration ?? family.generation;
      const answer = await stores.second.tokens.advance({ ...spending(family), expectedGeneration, accessToken });
      expect(answer).toEqual({ outcome: 'not_advanced', family });
      expect(await found(family)).toEqual(family);
      expect(await stores.first.tokens.findAccessToken(accessToken.digest, at)).toBeUndefined();
    });

    it('advances until the last millisecond', async () => {
      const family = await opened({ idleExpiresAt: at + 1, absoluteExpiresAt: at + 1 });
      expect(await stores.first.tokens.advance(spending(family))).toMatchObject({ outcome: 'advanced' });
    });

    it('knows no family that was never opened', async () => {
      const nothing = familyOf('nothing');
      const accessToken = accessTokenOf(id('digest'));
      expect(await stores.first.tokens.advance({ ...spending(nothing), accessToken })).toEqual({ outcome: 'unknown' });
      expect(await stores.first.tokens.findAccessToken(accessToken.digest, at)).toBeUndefined();
      expect(await stores.first.tokens.revokeFamily('nothing', at, eventOf('nothing-event'))).toBe('unknown');
      expect(await stores.first.audit.find('nothing-event')).toBeUndefined();
    });

    it('lets one of 64 spend a refresh token, and keeps the access token of that one alone', async () => {
      const family = await opened();
      const tokens = Array.from({ length: 64 }, () => accessTokenOf(id('digest'), { familyId: family.id }));
      const answers = await together((index) =>
        either(index).advance({ ...spending(family), accessToken: tokens[index] ?? accessTokenOf('none') }),
      );
      expect(tally(answers.map(({ outcome }) => outcome))).toEqual({ advanced: 1, not_advanced: 63 });
      const winner = answers.findIndex(({ outcome }) => outcome === 'advanced');
      const kept = await Promise.all(tokens.map(({ digest }) => stores.first.tokens.findAccessToken(digest, at)));
      expect(kept.filter((token) => token !== undefined)).toEqual([tokens[winner]]);
      expect(await found(family)).toEqual(next(family));
    });

    it('advances nothing after a revocation was acknowledged', async () => {
      const family = await opened();
      const revoked = stores.first.tokens.revokeFamily(family.id, at);
      const chain = async (index: number): Promise<number> => {
        for (let generation = family.generation; ; generation += 1) {
          const answer = await either(index).advance({ ...spending(family), expectedGeneration: generation });
          if (answer.outcome !== 'advanced') return generation;
        }
      };
      const reached = Math.max(...(await Promise.all([0, 1, 2, 3].map(chain))), (await revoked, 0));
      const after = await found(family);
      expect(after).toMatchObject({ revokedAt: at });
      expect(reached).toBeLessThanOrEqual(after?.generation ?? 0);
      const last = { ...spending(family), expectedGeneration: after?.generation ?? 0 };
      expect(await stores.second.tokens.advance(last)).toEqual({ outcome: 'not_advanced', family: after });
    });

    it('revokes a family once and for all, each call with its event', async () => {
      const family = await opened();
      const audits = [eventOf(id('event')), eventOf(id('event'))];
      const revoked = { ...family, revokedAt: at };
      expect(await stores.first.tokens.revokeFamily(family.id, at, audits[0])).toEqual(revoked);
      expect(await stores.second.tokens.revokeFamily(family.id, at + 5, audits[1])).toEqual(revoked);
      expect(await found(family)).toEqual(revoked);
      for (const audit of audits) expect(await stores.second.audit.find(audit.id)).toEqual(audit);
    });

    it('revokes every live family that matches, and counts each once however many ask', async () => {
      const [applicationId, userId] = [id('app'), id('usr')];
      const live = await Promise.all(Array.from({ length: 30 }, () => opened({ applicationId, userId })));
      const untouched = [
        await opened({ applicationId, userId: id('usr') }),
        await opened({ applicationId: id('app'), userId }),
        await opened({ applicationId, userId, environment: 'SANDBOX' }),
        await opened({ applicationId, userId, revokedAt: at - 5 }),
        await opened({ applicationId, userId, idleExpiresAt: at }),
        await opened({ applicationId, userId, absoluteExpiresAt: at }),
      ];
      const filter: FamilyFilter = { applicationId, userId, environment: 'PRODUCTION' };
      const counts = await together((index) => either(index).revokeFamilies(filter, at));
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(live.length);
      for (const family of live) expect(await found(family)).toEqual({ ...family, revokedAt: at });
      for (const family of untouched) expect(await found(family)).toEqual(family);
      expect(await stores.first.tokens.revokeFamilies({ userId }, at)).toBe(2);
      expect(await stores.first.tokens.revokeFamilies({ applicationId }, at)).toBe(1);
      expect(await stores.first.tokens.revokeFamilies({ userId: 'nobody' }, at)).toBe(0);
    });

    it.each<{ readonly what: string; readonly ended: EndedFamilies; readonly left: Partial<TokenFamily> }>([
      { what: 'a key set', ended: { keySetId: 'keys' }, left: { keySetId: 'other' } },
      { what: 'a grant type', ended: { grantType: 'password' }, left: { grantType: 'client_credentials' } },
      {
        what: 'a client epoch',
        ended: { epochsBelow: { client: 2 } },
        left: { epochs: { client: 2, grant: 0, user: 0 } },
      },
      {
        what: 'a grant epoch',
        ended: { epochsBelow: { grant: 3 } },
        left: { epochs: { client: 0, grant: 3, user: 0 } },
      },
      { what: 'a user epoch', ended: { epochsBelow: { user: 4 } }, left: { epochs: { client: 0, grant: 0, user: 4 } } },
    ])('revokes the families that the end of $what ends, and no other one', async ({ ended, left }) => {
      const applicationId = id('app');
      const [over, untouched] = [await opened({ applicationId }), await opened({ applicationId, ...left })];
      expect(await stores.second.tokens.revokeFamilies({ applicationId, ...ended }, at)).toBe(1);
      expect(await found(over)).toEqual({ ...over, revokedAt: at });
      expect(await found(untouched)).toEqual(untouched);
    });

    it('revokes more families than one step takes', async () => {
      const applicationId = id('app');
      const count = 1_100;
      await Promise.all(Array.from({ length: count }, () => opened({ applicationId })));
      expect(await stores.second.tokens.revokeFamilies({ applicationId }, at)).toBe(count);
    });

    it('ends an opaque access token by time, decided when it is read', async () => {
      const token = accessTokenOf(id('digest'));
      await stores.first.tokens.keepAccessToken(token);
      expect(await stores.second.tokens.findAccessToken(token.digest, token.expiresAt - 1)).toEqual(token);
      expect(await stores.second.tokens.findAccessToken(token.digest, token.expiresAt)).toBeUndefined();
    });

    it('ends an opaque access token by hand, as often as asked to', async () => {
      const [token, other] = [accessTokenOf(id('digest')), accessTokenOf(id('digest'))];
      for (const kept of [token, other]) await stores.first.tokens.keepAccessToken(kept);
      for (const index of [0, 1]) await either(index).removeAccessToken(token.digest);
      expect(await stores.first.tokens.findAccessToken(token.digest, at)).toBeUndefined();
      expect(await stores.first.tokens.findAccessToken(other.digest, at)).toEqual(other);
    });

    it('remembers a denied JWT until it expires', async () => {
      const jti = id('jti');
      expect(await stores.first.tokens.isDenied(jti, at)).toBe(false);
      await together((index) => either(index).denyJwt(jti, at + 100));
      expect(await stores.second.tokens.isDenied(jti, at + 99)).toBe(true);
      expect(await stores.second.tokens.isDenied(jti, at + 100)).toBe(false);
      expect(await stores.second.tokens.isDenied(`${jti}-other`, at)).toBe(false);
      await stores.first.tokens.denyJwt(jti, at + 50); // said again it takes nothing back
      expect(await stores.second.tokens.isDenied(jti, at + 99)).toBe(true);
    });

    it('lets one of 64 spend a client assertion, and another one once it has expired', async () => {
      const key = id('assertion');
      const claim = (expiresAt: number, now: number) => (index: number) =>
        either(index).claimAssertion(key, expiresAt, now);
      expect(tally(await together(claim(at + 100, at)))).toEqual({ claimed: 1, already_claimed: 63 });
      expect(await claim(at + 200, at + 99)(1)).toBe('already_claimed');
      expect(tally(await together(claim(at + 200, at + 100)))).toEqual({ claimed: 1, already_claimed: 63 });
    });

    it('lists families from the newest on, each once whatever the page size, revoked and ended ones too', async () => {
      const [applicationId, userId] = [id('app'), id('usr')];
      const families = await Promise.all(
        Array.from({ length: 9 }, (_, index) =>
          opened({
            applicationId,
            issuedAt: createdAt + (index % 4),
            environment: index % 2 === 0 ? 'PRODUCTION' : 'SANDBOX',
            ...(index < 6 && { userId }),
            ...(index === 3 && { revokedAt: at }),
            ...(index === 5 && { idleExpiresAt: at }),
          }),
        ),
      );
      const listed = (filter: FamilyFilter, first: number) =>
        walkPages(
          (request) => stores.second.tokens.pageFamilies(filter, request),
          (family) => ({ at: family.issuedAt, id: family.id }),
          first,
        );
      const those = (choose: (index: number) => boolean) =>
        families.filter((_, index) => choose(index)).sort((a, b) => b.issuedAt - a.issuedAt || (a.id < b.id ? 1 : -1));
      for (const first of [1, 2, 100]) expect(await listed({ applicationId }, first)).toEqual(those(() => true));
      expect(await listed({ userId }, 2)).toEqual(those((index) => index < 6));
      const sandbox: FamilyFilter = { applicationId, environment: 'SANDBOX' };
      expect(await listed(sandbox, 2)).toEqual(those((index) => index % 2 === 1));
      expect(await listed({ ...sandbox, userId }, 1)).toEqual(those((index) => index % 2 === 1 && index < 6));
      expect(await listed({ userId: 'nobody' }, 1)).toEqual([]);
      expect((await stores.second.tokens.pageFamilies({}, { first: 100 })).items.length).toBe(100);
    });
  });
};
