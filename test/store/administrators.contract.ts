import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Contract, OpenedStores } from './opened-stores.js';
import { together, tally } from './samples.js';

export const administratorsContract: Contract = (name, open) => {
  describe(`administrators on ${name}`, () => {
    let stores: OpenedStores;
    beforeAll(async () => {
      stores = await open();
    });
    afterAll(() => stores.close());

    const either = (index: number) => (index % 2 === 0 ? stores.first : stores.second).administrators;

    it('takes nobody out of an empty set', async () => {
      expect(await stores.first.administrators.withdraw(['nobody'])).toBe('last');
    });

    it('takes out only while another one remains, whether those asked for are in it or not', async () => {
      const { administrators } = stores.first;
      for (const keySetId of ['a', 'b', 'b', 'c']) await administrators.add(keySetId);
      expect(await administrators.withdraw(['a', 'b', 'c'])).toBe('last');
      expect(await administrators.withdraw(['a', 'nobody'])).toBe('withdrawn');
      expect(await administrators.withdraw(['a', 'nobody'])).toBe('withdrawn');
      expect(await administrators.withdraw(['b', 'c'])).toBe('last');
      expect(await administrators.withdraw(['b'])).toBe('withdrawn');
      expect(await administrators.withdraw(['c'])).toBe('last');
      await administrators.add('b');
      expect(await administrators.withdraw(['c'])).toBe('withdrawn');
    });

    it('leaves one of 64 who all take themselves out at the same moment', async () => {
      await together((index) => either(index).add(`each-${index}`));
      await stores.first.administrators.withdraw(['b']);
      const outcomes = await together((index) => either(index).withdraw([`each-${index}`]));
      expect(tally(outcomes)).toEqual({ withdrawn: 63, last: 1 });
      const left = outcomes.indexOf('last');
      expect(await stores.first.administrators.withdraw(['nobody'])).toBe('withdrawn');
      expect(await stores.first.administrators.withdraw([`each-${left}`])).toBe('last');
    });
  });
};
