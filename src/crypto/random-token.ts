import { hash, randomFillSync } from 'node:crypto';
import { idPrefixes } from '../model/id-prefix.js';

const pool = Buffer.allocUnsafe(8192);
let used = pool.length;

/** `bytes` random bytes in base64url. Taken from a pool that is refilled by the system and wiped behind the reader. */
export const randomText = (bytes: number): string => {
  const slot = nextSlot(bytes);
  const text = slot.toString('base64url');
  slot.fill(0);
  return text;
};

const nextSlot = (bytes: number): Buffer => {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.subarray(used - bytes, used);
};

/** A new id: a prefix that names the kind, and 120 random bits in `[A-Za-z0-9_-]`. */
export const randomId = (kind: keyof typeof idPrefixes): string => idPrefixes[kind] + randomText(15);

/** SHA-256 in base64url. */
export const sha256 = (text: string): string => hash('sha256', text, 'base64url');
