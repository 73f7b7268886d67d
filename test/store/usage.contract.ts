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

    it('lists ids in their order, and forgets those that it is told to', async () => {
      const made = Array.from({ length: 1300 }, (_, index) => `listed-${String(index).padStart(4, '0')}`);
      for (let start = 0; start < made.length; start += 500) {
        await stores.first.usage.record(made.slice(start, start + 500).map((id) => ({ id, at: 7 })));
      }
      const listed: string[] = [];
      for (let next = await stores.second.usage.ids('listed-'); next.length > 0;) {
        listed.push(...next);
        next = await stores.second.usage.ids(next.at(-1)!);
      }
      expect(listed.filter((id) => id.startsWith('listed-'))).toEqual(made);
      await stores.second.usage.remove(made.slice(1));
      await stores.second.usage.remove(made.slice(1));
      expect(await stores.first.usage.find(made)).toEqual(new Map([['listed-0000', 7]]));
    });
  });
};
