import { hash } from 'node:crypto';

/** HMAC-SHA-256 of a text in UTF-8, in base64url. */
export type Mac = (text: string) => string;

const blockBytes = 64; // of SHA-256
const digestBytes = 32;

/**
 * HMAC-SHA-256 by one key of at most 64 bytes, put together of two digests as RFC 2104 §2 has it: Node's own makes an object of OpenSSL each
 * time, which takes longer than both digests, and as long again until the garbage collector is rid of it.
 */
export const hmacSha256 = (key: Buffer): Mac => {
  const inner = padded(key, 0x36);
  const outer = Buffer.concat([padded(key, 0x5c), Buffer.alloc(digestBytes)]);
  return (text) => {
    outer.write(hash('sha256', Buffer.concat([inner, Buffer.from(text)]), 'binary'), blockBytes, 'binary');
    return hash('sha256', outer, 'base64url');
  };
};

const padded = (key: Buffer, pad: number): Buffer => {
  const block = Buffer.alloc(blockBytes, pad);
  key.forEach((byte, index) => (block[index] = byte ^ pad));
  return block;
};
