import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { jwksMaxAgeSeconds, publicationSeconds, retentionSeconds } from '../../src/crypto/key-schedule.js';
import { openSigningKeys } from '../../src/crypto/key-store.js';
import { createKeyring } from '../../src/crypto/keyring.js';
import type { SigningKeys } from '../../src/crypto/signing-keys.js';
import { signingAlgorithms, type SigningAlgorithm } from '../../src/model/application.js';
import { publishKeys } from '../../src/signing-keys/publish-keys.js';
import { removeOutlivedKeys } from '../../src/signing-keys/remove-outlived-keys.js';
import { rotateSigningKey } from '../../src/signing-keys/rotate-signing-key.js';
import type { SigningKeyDeps } from '../../src/signing-keys/signing-key-deps.js';
import { actorWith, callers, refusalOf, times } from '../management/open-management.js';
import { openTestStore, type TestStore } from '../support/test-store.js';
import { secretKey } from '../support/secret-key.js';

const actor = actorWith(['settings:write'], 'ops');
const keyring = createKeyring([secretKey()]);

let opened: TestStore;
let here: SigningKeyDeps;

/** Another server on the same store. */
const server = async (): Promise<SigningKeyDeps> => {
  const { store, clock } = opened;
  return { store, keyring, clock: clock.now, signingKeys: await openSigningKeys({ store, keyring, clock: clock.now }) };
};
beforeEach(async () => {
  opened = await openTestStore();
  here = await server();
});
afterEach(() => opened.close());

const rotate = (more: { immediately?: boolean; algorithm?: SigningAlgorithm } = {}, deps = here) =>
  rotateSigningKey(deps, actor, { algorithm: 'ES256', immediately: false, ...more });
const sign = ({ signingKeys }: SigningKeyDeps, algorithm: SigningAlgorithm = 'ES256'): string =>
  signingKeys.sign(algorithm, 'at+jwt', { n: opened.clock.now() });
const kidOf = (jwt: string): string => JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString()).kid;
const jwksOf = (keys: SigningKeys): JSONWebKeySet => ({ keys: [...keys.publicKeys()] });
const isGood = (jwt: string, jwks: JSONWebKeySet): Promise<boolean> =>
  jwtVerify(jwt, createLocalJWKSet(jwks)).then(
    () => true,
    () => false,
  );
const kids = (deps = here): readonly string[] => deps.signingKeys.publicKeys().map(({ kid }) => kid);
const advance = (seconds: number): void => opened.clock.advance(seconds * 1000);
const events = async () => (await opened.store.audit.page({ action: 'rotateSigningKey' }, { first: 100 })).items;

describe('publishKeys', () => {
  it('shows a key of every algorithm before one signs, the same on every server', async () => {
    const there = await server();
    await Promise.all([here, there].map(publishKeys));
    const cached = jwksOf(here.signingKeys);
    expect(cached.keys.map(({ alg }) => alg).sort()).toEqual(['ES256', 'EdDSA', 'RS256']);
    await publishKeys(there);
    for (const algorithm of signingAlgorithms) {
      await there.signingKeys.ensure(algorithm);
      expect(await isGood(sign(there, algorithm), cached)).toBe(true);
    }
  });
});

describe('rotateSigningKey', () => {
  test.each(signingAlgorithms)(
    'publishes the next %s key now and uses it once every cached JWKS is over',
    async (algorithm) => {
      await here.signingKeys.ensure(algorithm);
      const old = kidOf(sign(here, algorithm));
      const { keyId } = await rotate({ algorithm });
      expect(kids()).toEqual(expect.arrayContaining([old, keyId]));
      advance(publicationSeconds - 1);
      expect(kidOf(sign(here, algorithm))).toBe(old);
      advance(1);
      expect(kidOf(sign(here, algorithm))).toBe(keyId);
    },
  );

  it('lets a verifier that asks for the JWKS no more often than max-age says verify every token', async () => {
    let cached = { jwks: jwksOf(here.signingKeys), at: opened.clock.now() };
    await rotate();
    const day = 86_400;
    const used = new Set<string>();
    for (let passed = 0; passed < 2 * publicationSeconds; passed += 7) {
      advance(7);
      if (passed === 203 || passed === 602) await rotate();
      if (opened.clock.now() - cached.at >= jwksMaxAgeSeconds * 1000) {
        cached = { jwks: jwksOf(here.signingKeys), at: opened.clock.now() };
      }
      const jwt = sign(here);
      used.add(kidOf(jwt));
      expect(await isGood(jwt, cached.jwks)).toBe(true);
      expect(here.signingKeys.verify(jwt)).toBeDefined();
    }
    advance(day);
    used.add(kidOf(sign(here)));
    expect(used.size).toBe(4);
  });

  it('keeps the old key as long as any access token lives after the switch, then a job removes it', async () => {
    const old = sign(here);
    const { keyId } = await rotate();
    advance(publicationSeconds + retentionSeconds - 1);
    expect(await removeOutlivedKeys(here)).toBe(0);
    expect(await isGood(old, jwksOf(here.signingKeys))).toBe(true);
    advance(1);
    expect(await removeOutlivedKeys(here)).toBe(1);
    expect(here.signingKeys.verify(old)).toBeUndefined();
    expect(kids()).toEqual([keyId]);
    expect(await removeOutlivedKeys(here)).toBe(0);
  });

  it('is seen by other servers with their next refresh, before the key is used', async () => {
    const there = await server();
    const { keyId } = await rotate();
    expect(kids(there)).not.toContain(keyId);
    await there.signingKeys.refresh();
    expect(kids(there)).toContain(keyId);
    advance(publicationSeconds);
    expect(kidOf(sign(there))).toBe(keyId);
  });

  it('leaves the keys of other algorithms alone, and makes the first one of an algorithm', async () => {
    const before = kidOf(sign(here));
    const { keyId } = await rotate({ algorithm: 'EDDSA', immediately: true });
    expect(kidOf(sign(here, 'EDDSA'))).toBe(keyId);
    expect(kidOf(sign(here))).toBe(before);
    expect(here.signingKeys.verify(sign(here))).toBeDefined();
  });

  it('writes an audit event with both key ids', async () => {
    const old = kidOf(sign(here));
    const { keyId } = await rotate();
    const [event] = await events();
    expect(event).toMatchObject({ actor: 'ops', action: 'rotateSigningKey', outcome: 'ok', target: keyId });
    expect(JSON.parse(event?.changes ?? '')).toMatchObject({ keyId: { before: old, after: keyId } });
  });

  it('refuses when so many keys are kept that the JWKS would grow without end; immediately helps', async () => {
    for (let made = 1; made < 60; made += 1) await rotate();
    expect(await refusalOf(rotate())).toEqual({ code: 'CONFLICT' });
    await rotate({ immediately: true });
    expect(kids()).toHaveLength(1);
    await rotate();
  });
});

describe('rotateSigningKey immediately', () => {
  it('signs with the new key at once; what the old ones signed verifies nowhere, and they leave the JWKS', async () => {
    const old = sign(here);
    const { keyId: pending } = await rotate();
    const { keyId } = await rotate({ immediately: true });
    expect(kids()).toEqual([keyId]);
    expect(here.signingKeys.verify(old)).toBeUndefined();
    expect(await here.signingKeys.verifyLatest(old)).toBeUndefined();
    expect(kidOf(sign(here))).toBe(keyId);
    advance(publicationSeconds);
    expect(kidOf(sign(here))).not.toBe(pending);
  });

  it('is known to another server by its next refresh, and by the first token that it is shown', async () => {
    const there = await server();
    const old = sign(there);
    expect(there.signingKeys.verify(old)).toBeDefined();
    await rotate({ immediately: true });
    const fresh = sign(here);
    expect(await there.signingKeys.verifyLatest(fresh)).toBeDefined();
    expect(there.signingKeys.verify(old)).toBeUndefined();
    expect(kids(there)).toEqual(kids());
  });

  it('lasts over a restart', async () => {
    const old = sign(here);
    await rotate({ immediately: true });
    expect((await server()).signingKeys.verify(old)).toBeUndefined();
  });

  it('does not wait for a server whose clock is a little behind', async () => {
    const there = await server();
    await rotate({ immediately: true });
    advance(-2);
    await there.signingKeys.refresh();
    expect(there.signingKeys.verify(sign(there))).toBeDefined();
  });
});

describe('rotations at the same moment', () => {
  it('make one key, and all answer with it', async () => {
    const servers = await Promise.all(times(4, server));
    const answers = await Promise.all(times(callers, (index) => rotate({}, servers[index % 4])));
    expect(new Set(answers.map(({ keyId }) => keyId)).size).toBe(1);
    advance(publicationSeconds);
    await here.signingKeys.refresh();
    expect(kidOf(sign(here))).toBe(answers[0]?.keyId);
    expect(await events()).toHaveLength(callers);
  });

  it.each([false, true])('generate one key, not one for each that asks (immediately: %s)', async (immediately) => {
    const made = new Set<string>();
    const watched: SigningKeyDeps = {
      ...here,
      keyring: {
        ...keyring,
        encrypt: (label, text) => {
          made.add(text);
          return keyring.encrypt(label, text);
        },
      },
    };
    await Promise.all(times(callers, () => rotate({ algorithm: 'RS256', immediately }, watched)));
    expect(made.size).toBe(1);
  });

  it('immediately leave one key that signs, everywhere, and the same one', async () => {
    const servers = await Promise.all(times(4, server));
    const old = sign(here);
    const answers = await Promise.all(times(callers, (index) => rotate({ immediately: true }, servers[index % 4])));
    await Promise.all(servers.map(({ signingKeys }) => signingKeys.refresh()));
    const remaining = new Set(servers.flatMap((each) => kids(each)));
    expect(remaining.size).toBe(1);
    expect(answers.map(({ keyId }) => keyId)).toContain([...remaining][0]);
    expect(servers.filter(({ signingKeys }) => signingKeys.verify(old) !== undefined)).toEqual([]);
  });

  it('of both kinds leave no key from before', async () => {
    const old = kidOf(sign(here));
    const answers = await Promise.all(times(callers, (index) => rotate({ immediately: index % 2 === 0 })));
    await here.signingKeys.refresh();
    expect(kids()).not.toContain(old);
    const jwt = sign(here);
    expect(answers.map(({ keyId }) => keyId)).toContain(kidOf(jwt));
    expect(await isGood(jwt, jwksOf(here.signingKeys))).toBe(true);
  });
});
