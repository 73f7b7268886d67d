import { randomInt } from 'node:crypto';
import process from 'node:process';

/** How many cases in all; a longer run is asked for by the environment. */
export const caseCount = Number(process.env['TALLYGATE_TEST_FUZZ_CASES'] ?? 100_000);
/** Another one each time; a failure names it, and it can be given again. */
export const seed = Number(process.env['TALLYGATE_TEST_FUZZ_SEED'] ?? randomInt(2 ** 31));

export interface Random {
  /** An integer from 0 up to `limit`, which is left out. */
  below(limit: number): number;
  pick<T>(values: readonly [T, ...T[]]): T;
  bytes(length: number): Buffer;
}

/** Numbers that the seed determines (mulberry32), one line of them for each case. */
export const randomOf = (start: number): Random => {
  let state = start >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    pick: (values) => values[below(values.length)] ?? values[0],
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
  };
};

/** Pieces that parsers stumble over. */
const odd = [
  '',
  '&',
  '=',
  '%',
  '%00',
  '%ff',
  '%c0%af',
  '%ed%a0%80',
  '+',
  ':',
  ';',
  '.',
  '..',
  '"',
  '\\',
  '\r\n',
  '\0',
  ' ',
  '\t',
  '\u2028',
  '\u{1F600}',
  '\ufeff',
  '{"$ne":1}',
  '[]',
  '__proto__',
  'constructor',
  'null',
  'true',
  '-1',
  '1e999',
  '9'.repeat(40),
  "' OR 1=1--",
  '../../etc/passwd',
  'tgr_',
  'tga_',
  'eyJhbGciOiJub25lIn0.e30.',
  'client_id=',
  'client_secret=x',
  'grant_type=',
  'grant_type=refresh_token',
  'token=',
  'scope=',
  'resource=x',
  'x'.repeat(200),
] as const;

export const oddText = (random: Random): string => random.pick(odd);

/** The text with one to four changes, each of some bytes. */
export const mutated = (text: string, random: Random, others: readonly [string, ...string[]]): string => {
  let bytes = Buffer.from(text, 'latin1');
  for (let changes = 1 + random.below(4); changes > 0; changes -= 1) {
    const from = random.below(bytes.length + 1);
    const to = Math.min(bytes.length, from + random.below(1 + random.below(40)));
    const [head, cut, tail] = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)];
    bytes = Buffer.concat([head, changed(cut, random, others), tail]);
  }
  return bytes.toString('latin1');
};

const changed = (cut: Buffer, random: Random, others: readonly [string, ...string[]]): Buffer => {
  switch (random.below(7)) {
    case 0:
      return Buffer.alloc(0);
    case 1:
      return Buffer.concat([cut, cut]);
    case 2:
      return Buffer.from(cut).reverse();
    case 3:
      return random.bytes(1 + random.below(8));
    case 4:
      return Buffer.from(random.pick(others).slice(random.below(60), 60 + random.below(200)), 'latin1');
    case 5: {
      const flipped = Buffer.from(cut);
      if (flipped.length > 0) flipped[0] = (flipped[0] ?? 0) ^ (1 << random.below(8));
      return flipped;
    }
    default:
      return Buffer.from(oddText(random));
  }
};
