import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';

/** Makes `start ‖ ciphertext` by AES-256-CTR, in base64url, each time by another random start. */
export type Veil = (text: string) => string;

const blockBytes = 16; // of AES
/** A power of two: a start is a multiple of it, so that counting to the end of a pad changes its last byte only. */
const padBlocks = 8;
const padBytes = padBlocks * blockBytes;
const padsAtOnce = 32;

/**
 * A veil by one key of 32 bytes. The key stream does not depend on the text, so it is made for many texts at once: a cipher object for each
 * would cost more than all the rest (docs/decisions/0044).
 */
export const createVeil = (key: Buffer): Veil => {
  const veiled = Buffer.alloc(blockBytes + padBytes);
  let pads: Pads = noPads;
  let used = padsAtOnce;
  return (text) => {
    const length = Buffer.byteLength(text);
    if (length > padBytes) return veilAlone(key, text);
    if (used === padsAtOnce) {
      pads = newPads(key);
      used = 0;
    }
    const { starts, stream } = pads;
    starts.copy(veiled, 0, used * blockBytes, (used + 1) * blockBytes);
    veiled.write(text, blockBytes);
    mask(veiled.subarray(blockBytes, blockBytes + length), stream.subarray(used * padBytes));
    used += 1;
    return veiled.toString('base64url', 0, blockBytes + length);
  };
};

/** What `createVeil` made of a text by this key; text without meaning for anything else. Undefined for what is too short. */
export const unveiled = (key: Buffer, veiled: string): string | undefined => {
  const bytes = Buffer.from(veiled, 'base64url');
  if (bytes.length < blockBytes) return undefined;
  const decipher = createDecipheriv('aes-256-ctr', key, bytes.subarray(0, blockBytes));
  return decipher.update(bytes.subarray(blockBytes)).toString('utf8');
};

interface Pads {
  /** A block each. */
  readonly starts: Buffer;
  /** For each start what its counter blocks are encrypted to. */
  readonly stream: Buffer;
}

const noPads: Pads = { starts: Buffer.alloc(0), stream: Buffer.alloc(0) };

const newPads = (key: Buffer): Pads => {
  const starts = randomFillSync(Buffer.alloc(padsAtOnce * blockBytes));
  const counters = Buffer.alloc(padsAtOnce * padBytes);
  for (let pad = 0; pad < padsAtOnce; pad += 1) {
    const start = starts.subarray(pad * blockBytes, (pad + 1) * blockBytes);
    const last = (start[blockBytes - 1] ?? 0) & ~(padBlocks - 1);
    start[blockBytes - 1] = last;
    for (let block = 0; block < padBlocks; block += 1) {
      const at = pad * padBytes + block * blockBytes;
      start.copy(counters, at);
      counters[at + blockBytes - 1] = last + block;
    }
  }
  return { starts, stream: createCipheriv('aes-256-ecb', key, null).update(counters) };
};

const veilAlone = (key: Buffer, text: string): string => {
  const start = randomFillSync(Buffer.alloc(blockBytes));
  return Buffer.concat([start, createCipheriv('aes-256-ctr', key, start).update(text, 'utf8')]).toString('base64url');
};

/** XOR, in place. */
const mask = (text: Buffer, stream: Buffer): void => {
  for (let at = 0; at < text.length; at += 1) text[at] = (text[at] ?? 0) ^ (stream[at] ?? 0);
};
