import { dayMillis, lastInstant, type EpochMillis } from './clock.js';

/** How far the clock is behind what the store holds. */
export interface Progress {
  /** The first instant that no server's clock has reached. */
  readonly unreached: EpochMillis;
  /** The newest first instant of the store, where one is not before `unreached`: then the clock was set back. */
  readonly newest: EpochMillis | undefined;
}

/**
 * The instant at which the first token of a user counts: that of the token, but not before the user was made. While the clock is behind the newest
 * first instant the next one follows it by a millisecond, so that what an earlier cut has counted is over for good.
 */
export const firstInstant = (
  token: { readonly at: EpochMillis; readonly userCreatedAt?: EpochMillis | undefined },
  { unreached, newest = 0 }: Progress,
): EpochMillis => {
  const isBehind = newest >= unreached && newest < unreached + longestWaitMillis;
  return Math.max(token.at, token.userCreatedAt ?? 0, isBehind ? newest + 1 : 0);
};

/** `asOf` of a cut: no clock has reached it, and every first instant lies before it that is no damage (`lastInstant` ends all periods). */
export const asOfCut = ({ unreached, newest = 0 }: Progress): EpochMillis =>
  Math.max(unreached, Math.min(newest + 1, lastInstant));

/** A clock that is set back further was wrong ahead: nobody registers in the far future because somebody once did. */
const longestWaitMillis = 7 * dayMillis;
