import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Contract, OpenedStores } from './opened-stores.js';
import { idMaker } from './registration-reading.js';
import { together } from './samples.js';

export const idempotencyContract: Contract = (name, open) => {
  describe(`idempotency claims on ${name}`, () => {
    let stores: OpenedStores;
    const id = idMaker('idem');
    beforeAll(async () => {
      stores = await open();
    });
    afterAll(() => stores.close());

    const either = (index: number) => (index % 2 === 0 ? stores.first : stores.second).idempotency;
    const claimOf = (key: string) => ({
      key,
      inputDigest: id('digest'),
      targetId: id('target'),
      expiresAt: stores.clock.now() + 1000,
    });

    it('gives one of 64 callers the claim and shows it to the others', async () => {
      const key = id('key');
      const claims = Array.from({ length: 64 }, () => claimOf(key));
      const at = stores.clock.now();
      const answers = await together((index) => either(index).claim(claims[index] ?? claimOf(key), at));
      const winner = claims[answers.indexOf('claimed')];
      expect(answers.filter((answer) => answer === 'claimed')).toHaveLength(1);
      expect(answers.filter((answer) => answer !== 'claimed')).toEqual(Array.from({ length: 63 }, () => winner));
    });

    it('gives a claim anew once it is over, to one of 64', async () => {
      const former = claimOf(id('key'));
      expect(await stores.first.idempotency.claim(former, stores.clock.now())).toBe('claimed');
      const next = { ...claimOf(former.key), expiresAt: former.expiresAt + 1000 };
      expect(await stores.second.idempotency.claim(next, former.expiresAt - 1)).toEqual(former);
      const answers = await together((index) => either(index).claim(next, former.expiresAt));
      expect(answers.filter((answer) => answer === 'claimed')).toHaveLength(1);
      expect(answers.find((answer) => answer !== 'claimed')).toEqual(next);
    });

    it('takes a claim back only for the target that it has', async () => {
      const claim = claimOf(id('key'));
      const at = stores.clock.now();
      await stores.first.idempotency.claim(claim, at);
      await stores.second.idempotency.release(claim.key, 'another target');
      await stores.second.idempotency.release('another key', claim.targetId);
      expect(await stores.first.idempotency.claim(claimOf(claim.key), at)).toEqual(claim);
      await stores.second.idempotency.release(claim.key, claim.targetId);
      await stores.second.idempotency.release(claim.key, claim.targetId);
      expect(await stores.first.idempotency.claim(claimOf(claim.key), at)).toBe('claimed');
    });
  });
};
