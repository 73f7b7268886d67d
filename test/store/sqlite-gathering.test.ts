import { beforeEach, describe, expect, it } from '@jest/globals';
import { createGathering, type Gathering } from '../../src/store/sqlite/gathering.js';

let now: number;
let gathering: Gathering;
beforeEach(() => {
  now = 0;
  gathering = createGathering(() => now);
});

const commitIn = (millis: number): void => {
  gathering.commits();
  now += millis;
  gathering.ends();
};

describe('a batch', () => {
  it('goes on while every turn brings another write', () => {
    commitIn(5);
    expect([1, 2, 4].map((waiting) => gathering.goesOn(waiting))).toEqual([true, true, true]);
    expect(gathering.goesOn(4)).toBe(false);
  });

  it('goes on no longer than the last COMMIT took', () => {
    commitIn(5);
    expect(gathering.goesOn(1)).toBe(true);
    now += 4;
    expect(gathering.goesOn(2)).toBe(true);
    now += 1;
    expect(gathering.goesOn(3)).toBe(false);
  });

  it('begins anew after a COMMIT, also after one that failed', () => {
    commitIn(3);
    expect([1, 1].map((waiting) => gathering.goesOn(waiting))).toEqual([true, false]);
    gathering.commits();
    expect([1, 1].map((waiting) => gathering.goesOn(waiting))).toEqual([true, false]);
    commitIn(1);
    expect([1, 1].map((waiting) => gathering.goesOn(waiting))).toEqual([true, false]);
  });

  it('does not wait where a COMMIT takes no time', () => {
    expect(gathering.goesOn(1)).toBe(false);
  });
});
