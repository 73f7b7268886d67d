import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createStoreClock } from '../../src/store/mongo/store-clock.js';

/** A monotonic clock moved by hand, and a server whose time is ahead of it by `offset`. */
const world = (offset: number) => {
  const time = { elapsed: 1_000, offset };
  const ask = (there: number, back: number) => {
    const askedAt = time.elapsed;
    const serverTime = Math.floor(askedAt + there + time.offset);
    time.elapsed += there + back;
    return { askedAt, answeredAt: time.elapsed, serverTime };
  };
  return { time, ask, monotonic: () => time.elapsed };
};

const serverOffset = Date.UTC(2026, 0, 15);

describe('the clock of a MongoDB store', () => {
  it('tells the server time to within half the way there and back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 400 })), {
          minLength: 1,
          maxLength: 20,
        }),
        (ways) => {
          const { ask, monotonic, time } = world(serverOffset);
          const [first = [0, 0], ...more] = ways;
          const clock = createStoreClock(ask(...first), monotonic);
          for (const way of more) clock.observe(ask(...way));
          const best = Math.min(...ways.slice(-8).map(([there, back]) => there + back));
          expect(Math.abs(clock.now() - (time.elapsed + serverOffset))).toBeLessThanOrEqual(best / 2 + 2);
          expect(clock.uncertainty()).toBe(best + 1);
        },
      ),
    );
  });

  it('goes on by the monotonic clock between two answers', () => {
    const { ask, monotonic, time } = world(serverOffset);
    const clock = createStoreClock(ask(1, 1), monotonic);
    const before = clock.now();
    time.elapsed += 12_345;
    expect(clock.now()).toBe(before + 12_345);
  });

  it('follows a server clock that is set ahead at once, and stands still while it is set back', () => {
    const { ask, monotonic, time } = world(serverOffset);
    const clock = createStoreClock(ask(1, 1), monotonic);
    time.offset += 60_000;
    clock.observe(ask(20, 20));
    const ahead = clock.now();
    expect(Math.abs(ahead - (time.elapsed + time.offset))).toBeLessThanOrEqual(21);
    time.offset -= 30_000;
    clock.observe(ask(20, 20));
    expect(clock.now()).toBe(ahead);
    time.elapsed += 29_000;
    expect(clock.now()).toBe(ahead);
    time.elapsed += 2_000;
    expect(clock.now()).toBeGreaterThan(ahead);
  });
});
