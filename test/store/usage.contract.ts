import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Contract, OpenedStores } from './opened-stores.js';
import { together } from './samples.js';

export const usageContract: Contract = (name, open) => {
  describe(`usage on ${name}`, () => {
    let stores: OpenedStores;
    beforeAll(async () => {
      stores = await open();
    });
    afterAll(() => stores.close());

    it('keeps the latest use of each id, in whatever order the uses arrive', async () => {
      await together((index) =>
        (index % 2 === 0 ? stores.first : stores.second).usage.record([
          { id: 'keys', at: 1000 + ((index * 29) % 64) },
          { id: `secret-${index % 2}`, at: 1000 + index },
        ]),
      );
      await stores.first.usage.record([]);
      const ids = ['keys', 'secret-0', 'secret-1', 'never-used'];
      expect(await stores.second.usage.find(ids)).toEqual(
        new Map([
          ['keys', 1063],
          ['secret-0', 1062],
          ['secret-1', 1063],
        ]),
      );
      expect(await stores.second.usage.find([])).toEqual(new Map());
    });
  });
};
