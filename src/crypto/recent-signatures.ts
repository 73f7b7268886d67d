import { sha256 } from './random-token.js';

/**
 * Remembers of the texts verified last that they carry a good signature of a key, and nothing about what they are worth: whether the key
 * still counts, whether the token has expired or was revoked, is asked each time. Keeps digests, not the texts.
 */
export interface RecentSignatures {
  /** `verify` is asked when the text is not remembered; only good signatures are kept. */
  isGood(text: string, keyId: string, verify: () => boolean): boolean;
}

/** @param limit how many texts are kept at least; at most twice as many are */
export const recentSignatures = (limit: number): RecentSignatures => {
  let young = new Map<string, string>();
  let old: ReadonlyMap<string, string> = new Map();
  const keep = (digest: string, keyId: string): void => {
    if (young.size >= limit) {
      old = young;
      young = new Map();
    }
    young.set(digest, keyId);
  };
  return {
    isGood: (text, keyId, verify) => {
      const digest = sha256(text);
      if (young.get(digest) === keyId) return true;
      if (old.get(digest) !== keyId && !verify()) return false;
      keep(digest, keyId);
      return true;
    },
  };
};
