import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { packed, sumsOf, unpacked } from '../../src/store/sqlite/packed-counts.js';
import { maskBetween, maskOf } from '../../src/store/sqlite/quarter-mask.js';
import { steadyClock } from '../../src/store/sqlite/steady-clock.js';

describe('packed counts', () => {
  it('are what was packed, in fewer bytes than numbers while they are small', () => {
    const counts = fc.array(fc.oneof(fc.constant(0), fc.nat(127), fc.nat(0xffffffff)), { maxLength: 768 });
    fc.assert(
      fc.property(counts, (numbers) => {
        const bytes = packed(Uint32Array.from(numbers));
        expect([...unpacked(bytes, numbers.length)]).toEqual(numbers);
        if (numbers.every((number) => number < 128)) expect(bytes.length).toBeLessThanOrEqual(numbers.length);
      }),
    );
  });

  it('are summed without being unpacked, at ascending places', () => {
    const counts = fc.array(fc.oneof(fc.constant(0), fc.nat(127), fc.nat(0xffffffff)), { maxLength: 300 });
    const places = fc.array(fc.nat(320), { maxLength: 20 });
    fc.assert(
      fc.property(counts, places, (numbers, asked) => {
        const before = sumsOf(packed(Uint32Array.from(numbers)));
        for (const place of asked.toSorted((left, right) => left - right)) {
          expect(before(place)).toBe(numbers.slice(0, place).reduce((sum, number) => sum + number, 0));
        }
      }),
    );
  });

  it('need no bytes for zeros at the end', () => {
    expect(packed(new Uint32Array(256))).toEqual(new Uint8Array());
    expect(packed(Uint32Array.of(0, 300, 0, 0))).toEqual(Uint8Array.of(0, 0xac, 0x02));
  });
});

describe('a mask of quarter hours', () => {
  it('holds each quarter of the day in its own bit', () => {
    for (let quarter = 0; quarter < 96; quarter += 1) {
      const { early, middle, late } = maskOf([quarter]);
      expect((BigInt(late) << 64n) | (BigInt(middle) << 32n) | BigInt(early)).toBe(1n << BigInt(quarter));
    }
    expect(maskBetween(0, 96)).toEqual({ early: 2 ** 32 - 1, middle: 2 ** 32 - 1, late: 2 ** 32 - 1 });
    expect(maskBetween(31, 33)).toEqual({ early: 2 ** 31, middle: 1, late: 0 });
  });
});

describe('the steady clock', () => {
  const clockOf = (start: number) => {
    const present = { wall: start, elapsed: 5 };
    return {
      present,
      now: steadyClock(
        () => present.wall,
        () => present.elapsed,
      ),
    };
  };

  it('follows the system clock, also when that is set ahead', () => {
    const { present, now } = clockOf(1000);
    expect(now()).toBe(1000);
    present.wall += 40;
    present.elapsed += 39.5;
    expect(now()).toBe(1040);
    present.wall += 3_600_000;
    present.elapsed += 1;
    expect(now()).toBe(3_601_040);
  });

  it('goes on at the same pace when the system clock is set back', () => {
    const { present, now } = clockOf(1_000_000);
    present.wall -= 90_000;
    present.elapsed += 250.9;
    expect(now()).toBe(1_000_250);
    present.wall += 1000;
    present.elapsed += 1000;
    expect(now()).toBe(1_001_250);
    present.wall = 1_001_300;
    expect(now()).toBe(1_001_300);
  });

  it('is not ahead of the system clock after the process was held up while it read the two clocks', () => {
    let elapsed = 0;
    let heldUp = 0;
    const looked = (at: number): number => {
      elapsed += heldUp; // the value is read, and then others have the processor
      heldUp = 0;
      return at;
    };
    const wall = (): number => looked(1000 + elapsed);
    const now = steadyClock(wall, () => looked(elapsed));
    elapsed += 10;
    heldUp = 250;
    now();
    elapsed += 10;
    expect(now()).toBe(1000 + elapsed);
  });

  it('never goes back, whatever the system clock does', () => {
    const steps = fc.array(
      fc.tuple(fc.integer({ min: -100_000, max: 100_000 }), fc.double({ min: 0, max: 50, noNaN: true })),
    );
    fc.assert(
      fc.property(steps, (moves) => {
        const { present, now } = clockOf(Date.UTC(2026, 0));
        let last = now();
        for (const [wall, elapsed] of moves) {
          present.wall += wall;
          present.elapsed += elapsed;
          expect(now()).toBeGreaterThanOrEqual(last);
          last = now();
        }
      }),
    );
  });
});
