import type { SigningAlgorithm } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import { later } from '../model/clock.js';
import type { SigningKeyRecord } from '../model/signing-key.js';
import { longestAccessTokenSeconds } from '../model/token-family.js';

/** How long others may keep our JWKS without asking again. */
export const jwksMaxAgeSeconds = 300;

/**
 * From the publication of a key to its first use: every copy of the JWKS made before it has run out by then (`jwksMaxAgeSeconds`), and every
 * server that shares the store has looked for new keys.
 */
export const publicationSeconds = jwksMaxAgeSeconds + 60;

/** As long as an access token can live, and a minute for clocks. */
export const retentionSeconds = longestAccessTokenSeconds + 60;

type Line = readonly SigningKeyRecord[];

/** Place of a key in the line of its algorithm, from 1. */
export const sequenceOf = ({ slot }: SigningKeyRecord): number => Number(slot.slice(slot.indexOf(':') + 1));

/** The place behind the last of a line. */
export const nextSequence = (records: Line, algorithm: SigningAlgorithm): number =>
  Math.max(0, ...lineOf(records, algorithm).map(sequenceOf)) + 1;

export const slotOf = (algorithm: SigningAlgorithm, sequence: number): string => `${algorithm}:${sequence}`;

/** The keys of one algorithm, in the order of their places. */
export const lineOf = (records: Line, algorithm: SigningAlgorithm): Line =>
  records.filter((record) => record.algorithm === algorithm).sort((a, b) => sequenceOf(a) - sequenceOf(b));

/**
 * Which key of a line (without those withdrawn) signs at an instant: the newest that may be used. If none may be used yet, because all before
 * it were withdrawn or another server's clock is ahead, the one that may be used first.
 */
export const signerAt = <T extends { readonly record: SigningKeyRecord }>(
  line: readonly T[],
  at: EpochMillis,
): T | undefined =>
  line.findLast(({ record }) => record.usableFrom <= at) ??
  line.reduce<T | undefined>(
    (first, key) => (first === undefined || key.record.usableFrom < first.record.usableFrom ? key : first),
    undefined,
  );

/** Keys whose tokens have all expired at `at`: a later key of the line took over longer ago than any access token lives. */
export const outlivedKeys = (records: Line, at: EpochMillis): Line =>
  records.filter((record) =>
    lineOf(records, record.algorithm).some(
      (successor) =>
        sequenceOf(successor) > sequenceOf(record) &&
        successor.withdrawnAt === undefined &&
        later(successor.usableFrom, retentionSeconds) <= at,
    ),
  );
