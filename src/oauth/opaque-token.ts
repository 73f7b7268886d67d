import { randomText, sha256 } from '../crypto/random-token.js';
import { numericDate, type EpochMillis } from '../model/clock.js';

const prefix = 'tga_';
/** Enough for seconds until the year 4453, so that their order is that of the texts. */
const secondLength = 7;

/** A new opaque access token: `tga_`, the second in which it was made (base 36), a dot, and 256 random bits (RFC 6749 §10.10). */
export const newOpaqueToken = (at: EpochMillis): string =>
  `${prefix}${numericDate(at).toString(36).padStart(secondLength, '0')}.${randomText(32)}`;

export const isOpaqueToken = (token: string): boolean => token.startsWith(prefix);

/**
 * Under which its row is kept: its second, then its SHA-256. Rows of one moment lie side by side in the index, so that a million live tokens
 * do not make the next one dearer.
 */
export const opaqueTokenKey = (token: string): string =>
  token.slice(prefix.length, token.indexOf('.') + 1) + sha256(token);
