import { randomText, sha256 } from '../crypto/random-token.js';
import type { EpochMillis } from '../model/clock.js';

const prefix = 'tga_';
/** Enough for milliseconds until the year 5188, so that their order is that of the texts. */
const instantLength = 9;

/** A new opaque access token: `tga_`, the millisecond in which it was made (base 36), a dot, and 256 random bits (RFC 6749 §10.10). */
export const newOpaqueToken = (at: EpochMillis): string =>
  `${prefix}${at.toString(36).padStart(instantLength, '0')}.${randomText(32)}`;

/** Whether it is one letter by letter, be it of the form without the instant that came before. */
export const hasOpaqueForm = (token: string): boolean => /^tga_(?:[0-9a-z]{9}\.)?[A-Za-z0-9_-]{43}$/.test(token);

export const isOpaqueToken = (token: string): boolean => token.startsWith(prefix);

/**
 * Under which its row is kept: its instant, then its SHA-256. The next row goes to the end of the index, so that a million live tokens do not
 * make it dearer.
 */
export const opaqueTokenKey = (token: string): string =>
  token.slice(prefix.length, token.indexOf('.') + 1) + sha256(token);
