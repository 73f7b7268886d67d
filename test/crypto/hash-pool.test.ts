import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, test } from '@jest/globals';
import { hashSync } from '@node-rs/argon2';
import { createPasswordHasher, type HashPoolOptions } from '../../src/crypto/hash-pool.js';
import { HashQueueFull, type PasswordHasher } from '../../src/crypto/password-hasher.js';
import { Secret } from '../../src/model/secret.js';
import { awakeMillis } from '../support/awake-millis.js';

const opened: PasswordHasher[] = [];
const open = (options: Partial<HashPoolOptions> = {}): PasswordHasher => {
  const hasher = createPasswordHasher({ threads: 2, queueLimit: 16, ...options });
  opened.push(hasher);
  return hasher;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((hasher) => hasher.close()));
});

const times = (count: number, what: unknown): readonly unknown[] => Array.from({ length: count }, () => what);

const outcomesOf = async (jobs: readonly Promise<unknown>[]) => {
  const settled = await Promise.allSettled(jobs);
  const refusals = settled.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  return { done: settled.length - refusals.length, refusals };
};

describe('the password hasher', () => {
  it('makes argon2id hashes of 19 MiB, two passes and one lane, each with a salt of its own', async () => {
    const hasher = open();
    const [first, second] = await Promise.all([
      hasher.hash(new Secret('correct horse')),
      hasher.hash(new Secret('correct horse')),
    ]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(second).not.toBe(first);
    expect(hasher.needsRehash(first)).toBe(false);
  });

  it('verifies a password, and no other one', async () => {
    const hasher = open();
    const hash = await hasher.hash(new Secret('correct horse'));
    expect(await hasher.verify(new Secret('correct horse'), hash)).toBe(true);
    expect(await hasher.verify(new Secret('correct horse '), hash)).toBe(false);
    expect(await hasher.verify(new Secret(''), hash)).toBe(false);
  });

  it('says no without a hash, after the same work', async () => {
    const hasher = open({ threads: 1 });
    const hash = await hasher.hash(new Secret('correct horse'));
    const fastest = { known: Infinity, unknown: Infinity };
    for (let round = 0; round < 20; round += 1) {
      for (const [name, stored] of [
        ['known', hash],
        ['unknown', undefined],
      ] as const) {
        const start = performance.now();
        expect(await hasher.verify(new Secret('wrong'), stored)).toBe(false);
        fastest[name] = Math.min(fastest[name], performance.now() - start);
      }
    }
    // Without the work it would be a hundredth; a busy machine makes a factor of two by itself.
    expect(fastest.unknown / fastest.known).toBeGreaterThan(0.2);
    expect(fastest.unknown / fastest.known).toBeLessThan(5);
  });

  it('takes every byte of a password into account, U+0000 and non-ASCII included', async () => {
    const hasher = open();
    const hash = await hasher.hash(new Secret('pass\0wörd £€'));
    expect(await hasher.verify(new Secret('pass\0wörd £€'), hash)).toBe(true);
    expect(await hasher.verify(new Secret('pass'), hash)).toBe(false);
  });

  it('asks for a new hash when the parameters were others, and verifies the old one until then', async () => {
    const hasher = open();
    const old = hashSync('correct horse', { memoryCost: 8192, timeCost: 3, parallelism: 1 });
    expect(hasher.needsRehash(old)).toBe(true);
    expect(await hasher.verify(new Secret('correct horse'), old)).toBe(true);
  });

  test.each([
    ['nothing', ''],
    ['another scheme', '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'],
    ['a memory cost beyond the ceiling', `$argon2id$v=19$m=999999,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`],
    ['a time cost beyond the ceiling', `$argon2id$v=19$m=19456,t=99,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`],
    ['a memory cost below the algorithm’s own', `$argon2id$v=19$m=1,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`],
    ['base64 that does not decode', `$argon2id$v=19$m=19456,t=2,p=1$${'B'.repeat(22)}$${'B'.repeat(43)}`],
    ['a cut hash', '$argon2id$v=19$m=19456,t=2,p=1$AAAA'],
  ])('never verifies a stored hash of %s, and goes on working', async (_, damaged) => {
    const hasher = open({ threads: 1 });
    expect(await hasher.verify(new Secret('correct horse'), damaged)).toBe(false);
    expect(await hasher.verify(new Secret('correct horse'), hashSync('correct horse'))).toBe(true);
  });

  it('refuses what finds the queue full at once, with 1 to 3 seconds to wait', async () => {
    const hasher = open({ threads: 1, queueLimit: 3 });
    const atOnce: unknown[] = [];
    const asked = Array.from({ length: 20 }, () => hasher.verify(new Secret('x'), undefined));
    for (const one of asked) one.catch((refusal: unknown) => atOnce.push(refusal));
    await nextTurn();
    expect(atOnce).toHaveLength(16);
    const { done, refusals } = await outcomesOf(asked);
    expect(done).toBeGreaterThanOrEqual(1); // on a busy machine those who wait may do so for too long
    for (const refusal of refusals) {
      expect(refusal).toBeInstanceOf(HashQueueFull);
      expect([1, 2, 3]).toContain((refusal as HashQueueFull).retryAfterSeconds);
    }
  });

  it('drops what waited for a second before it starts', async () => {
    const hasher = open({ threads: 1, queueLimit: 10_000 });
    await hasher.verify(new Secret('the thread is up'), undefined);
    const asked = Array.from({ length: 1000 }, () => hasher.verify(new Secret('x'), undefined));
    expect(await awakeMillis(() => Promise.allSettled(asked))).toBeLessThan(4000);
    const { done, refusals } = await outcomesOf(asked);
    expect(refusals.every((refusal) => refusal instanceof HashQueueFull)).toBe(true);
    expect(done).toBeGreaterThanOrEqual(1);
    expect(done + refusals.length).toBe(1000);
    expect(refusals.length).toBeGreaterThan(100);
  });

  it('gives the places of those who have gone to others, and does nothing for them', async () => {
    const hasher = open({ threads: 1, queueLimit: 3 });
    let isAwaited = true;
    const first = hasher.verify(new Secret('x'), undefined);
    const leaving = Array.from({ length: 3 }, () => hasher.verify(new Secret('x'), undefined, () => isAwaited));
    await expect(hasher.verify(new Secret('x'), undefined)).rejects.toBeInstanceOf(HashQueueFull);
    isAwaited = false;
    const staying = Array.from({ length: 3 }, () => hasher.verify(new Secret('x'), undefined, () => true));
    expect(await outcomesOf(leaving)).toMatchObject({ done: 0, refusals: times(3, expect.any(HashQueueFull)) });
    expect(await outcomesOf([first, ...staying])).toEqual({ done: 4, refusals: [] });
  });

  it('does not begin what nobody awaits any more when its turn comes', async () => {
    const hasher = open({ threads: 1 });
    let isAwaited = true;
    const first = hasher.verify(new Secret('x'), undefined);
    const leaving = hasher.verify(new Secret('x'), undefined, () => isAwaited);
    const last = hasher.verify(new Secret('x'), undefined, () => true);
    isAwaited = false;
    await expect(leaving).rejects.toBeInstanceOf(HashQueueFull);
    expect(await outcomesOf([first, last])).toEqual({ done: 2, refusals: [] });
  });

  it('keeps the event loop free while it works', async () => {
    const hasher = open();
    let turns = 0;
    const beat = setInterval(() => (turns += 1), 1);
    await Promise.all(Array.from({ length: 10 }, () => hasher.verify(new Secret('x'), undefined)));
    clearInterval(beat);
    expect(turns).toBeGreaterThan(10);
  });

  it('closes after what runs, and refuses what waits and what comes later', async () => {
    const hasher = open({ threads: 1 });
    const running = hasher.verify(new Secret('x'), undefined);
    const waiting = hasher.verify(new Secret('y'), undefined);
    const closed = hasher.close();
    await expect(waiting).rejects.toBeInstanceOf(HashQueueFull);
    expect(await running).toBe(false);
    await closed;
    await expect(hasher.verify(new Secret('z'), undefined)).rejects.toThrow('closed');
  });
});
