import { expect, it } from '@jest/globals';
import { readTogether } from '../../src/store/mongo/read-together.js';

it('shares a read among those who ask in one turn, and begins it behind the last of them', async () => {
  const begun: string[] = [];
  const read = readTogether((key) => {
    begun.push(key);
    return Promise.resolve(begun.length);
  });
  const asked = [read('a'), read('a'), read('b'), Promise.resolve().then(() => read('a'))];
  expect(begun).toEqual([]);
  expect(await Promise.all(asked)).toEqual([1, 1, 2, 1]);
  expect(await read('a')).toBe(3);
  expect(begun).toEqual(['a', 'b', 'a']);
});

it('tells a failure to those who shared it and to nobody after them', async () => {
  let isAway = true;
  const read = readTogether((key) => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(key)));
  const asked = await Promise.allSettled([read('a'), read('a')]);
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isAway = false;
  expect(await read('a')).toBe('a');
});
