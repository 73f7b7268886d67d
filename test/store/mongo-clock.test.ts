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
  const way = fc.integer({ min: 0, max: 400 });
  const waysThereAndBack = fc.array(fc.tuple(way, way), { minLength: 1, maxLength: 20 });

  const clockAfter = (ways: readonly (readonly [number, number])[], { ask, monotonic }: ReturnType<typeof world>) => {
    const [[there, back] = [0, 0], ...more] = ways;
    const clock = createStoreClock(ask(there, back), monotonic);
    for (const [there, back] of more) clock.observe(ask(there, back));
    return clock;
  };

  it('is never ahead of the server, and behind by no more than the shortest way there and back', () => {
    fc.assert(
      fc.property(waysThereAndBack, (ways) => {
        const there = world(serverOffset + 0.7);
        const clock = clockAfter(ways, there);
        const best = Math.min(...ways.slice(-8).map(([there, back]) => there + back));
        const behind = there.time.elapsed + there.time.offset - clock.now();
        expect(behind).toBeGreaterThanOrEqual(0);
        expect(behind).toBeLessThanOrEqual(best + 2);
        expect(clock.uncertainty()).toBe(best + 1);
      }),
    );
  });

  it('knows an instant by which everything has happened that any server calls past', () => {
    fc.assert(
      fc.property(waysThereAndBack, waysThereAndBack, (ways, otherWays) => {
        const there = world(serverOffset + 0.3);
        const [clock, other] = [clockAfter(ways, there), clockAfter(otherWays, there)];
        expect(other.now()).toBeLessThan(clock.now() + clock.uncertainty() + 1);
      }),
    );
  });

  it('goes on by the monotonic clock between two answers', () => {
    const { ask, monotonic, time } = world(serverOffset);
    const clock = createStoreClock(ask(1, 1), monotonic);
    const before = clock.now();
    time.elapsed += 12_345;
    expect(clock.now()).toBe(before + 12_345);
  });

  it('follows a server clock that is set ahead at once', () => {
    const { ask, monotonic, time } = world(serverOffset);
    const clock = createStoreClock(ask(1, 1), monotonic);
    time.offset += 60_000;
    clock.observe(ask(20, 20));
    expect(Math.abs(clock.now() - (time.elapsed + time.offset))).toBeLessThanOrEqual(21);
  });

  it('goes on at half the pace while the server clock is set back, and with it from when it has caught up', () => {
    const { ask, monotonic, time } = world(serverOffset);
    const clock = createStoreClock(ask(0, 0), monotonic);
    const before = clock.now();
    time.offset -= 3_600_000;
    clock.observe(ask(0, 0));
    for (let step = 0; step < 1000; step += 1) {
      time.elapsed += 0.6;
      clock.now(); // as often as one likes: no part of a millisecond is lost
    }
    expect(clock.now()).toBe(before + 300);
    time.elapsed += 7_100_000;
    expect(clock.now()).toBe(before + 3_550_300);
    time.elapsed += 200_000;
    expect(clock.now()).toBe(Math.floor(time.elapsed + time.offset));
  });
});
