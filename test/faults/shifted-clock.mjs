// Preloaded into a process (node --import): makes its system clock wrong by CLOCK_SHIFT_MILLIS. The monotonic clock stays right.
import process from 'node:process';

const shift = Number(process.env.CLOCK_SHIFT_MILLIS);
delete process.env.CLOCK_SHIFT_MILLIS;
const RightDate = globalThis.Date;
const now = () => RightDate.now() + shift;

globalThis.Date = class Date extends RightDate {
  constructor(...given) {
    if (given.length === 0) super(now());
    else super(...given);
  }

  static now() {
    return now();
  }
};
