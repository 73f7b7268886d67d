import { beforeEach, describe, expect, it } from '@jest/globals';
import { createClientCache, type ClientCache } from '../../src/store/sqlite/client-cache.js';
import { applicationOf, keySetOf } from './samples.js';

const limit = 10_000;

describe('the cache of clients', () => {
  let cache: ClientCache;
  beforeEach(() => {
    cache = createClientCache();
    for (let number = 1; number <= limit; number += 1) keep(number);
  });

  const keep = (number: number): void =>
    cache.keep(`client_${number}`, { application: applicationOf(`app_${number}`), keySet: keySetOf(`ks_${number}`) });
  const isHeld = (number: number): boolean => cache.find(`client_${number}`) !== undefined;

  it('holds ten thousand clients, and begins anew with one more', () => {
    expect([isHeld(1), isHeld(limit)]).toEqual([true, true]);
    keep(limit + 1);
    expect([isHeld(1), isHeld(limit), isHeld(limit + 1)]).toEqual([false, false, true]);
  });

  it('forgets the client of an application, also once it has begun anew', () => {
    keep(limit + 1);
    cache.forget(`app_${limit + 1}`);
    expect(isHeld(limit + 1)).toBe(false);
  });
});
