import type { SigningAlgorithm } from '../model/application.js';
import type { Clock } from '../model/clock.js';
import type { SigningKeyRecord } from '../model/signing-key.js';
import { openKey, type HeldKey } from './held-key.js';
import { claimsOf, isSignedBy, jwtLengthLimit, splitJws, type CompactJws } from './jws.js';
import { lineOf, nextSequence, signerAt } from './key-schedule.js';
import type { Keyring } from './keyring.js';
import { newSigningKey } from './new-signing-key.js';
import { recentSignatures } from './recent-signatures.js';
import type { PublicJwk, SigningKeys, VerifiedJwt } from './signing-keys.js';

export interface KeyStoreDeps {
  /** The part of the store that keeps signing keys. */
  readonly store: {
    readonly signingKeys: {
      add(key: SigningKeyRecord): Promise<'added' | 'slot_taken'>;
      list(): Promise<readonly SigningKeyRecord[]>;
    };
  };
  readonly keyring: Keyring;
  readonly clock: Clock;
}

const rememberedSignatures = 5000;
const lookIntervalMillis = 1000;

/**
 * Opens the signing keys of the store and makes the first ES256 key when there is none.
 * @throws Error when a private key was sealed with a secret key that is not configured any more
 */
export const openSigningKeys = async (deps: KeyStoreDeps): Promise<SigningKeys> => {
  const held = await holdKeys(deps);
  const verify = verifier(held);
  const ensure = keyMaker(deps, held);
  const keys: SigningKeys = {
    sign: (algorithm, typ, claims) => {
      const key = signerAt(held.now().lines[algorithm], deps.clock());
      if (key === undefined) throw new Error(`There is no key that signs ${algorithm}.`);
      return key.sign(typ, claims);
    },
    verify,
    verifyLatest: async (jwt) => {
      const known = verify(jwt);
      if (known !== undefined || !(await held.lookFor(jwt))) return known;
      return verify(jwt);
    },
    publicKeys: () => held.now().publicKeys,
    ensure,
    refresh: held.refresh,
  };
  await ensure('ES256');
  return keys;
};

const verifier = (held: HeldKeys): SigningKeys['verify'] => {
  const recent = recentSignatures(rememberedSignatures);
  return (jwt) => {
    const jws = splitJws(jwt, jwtLengthLimit);
    const key = jws === undefined ? undefined : held.now().byId.get(keyIdIn(jws) ?? '');
    if (jws === undefined || key === undefined || jws.header.alg !== key.jwk.alg) return undefined;
    if (!recent.isGood(jwt, key.jwk.kid, () => isSignedBy(jws, key.verifier))) return undefined;
    return verifiedJwt(jws, key.jwk);
  };
};

const keyMaker = ({ store, keyring, clock }: KeyStoreDeps, held: HeldKeys): SigningKeys['ensure'] => {
  const hasKey = (algorithm: SigningAlgorithm): boolean => held.now().lines[algorithm].length > 0;
  return async (algorithm) => {
    if (hasKey(algorithm)) return;
    // One read says that there is none and which place is next: a server that made the first key since has taken that place.
    const records = await store.signingKeys.list();
    if (!records.some((record) => record.algorithm === algorithm && isLive(record))) {
      const at = clock();
      const sequence = nextSequence(records, algorithm);
      await store.signingKeys.add(await newSigningKey(keyring, { algorithm, sequence, createdAt: at, usableFrom: at }));
    }
    await held.refresh();
  };
};

const keyIdIn = ({ header }: CompactJws): string | undefined =>
  typeof header.kid === 'string' ? header.kid : undefined;

const verifiedJwt = (jws: CompactJws, { alg, kid }: PublicJwk): VerifiedJwt | undefined => {
  const claims = claimsOf(jws);
  const { typ } = jws.header;
  return claims === undefined || typeof typ !== 'string' ? undefined : { header: { alg, typ, kid }, claims };
};

/** What the store held when it was read last, without what was withdrawn; replaced as a whole. */
interface Holding {
  readonly byId: ReadonlyMap<string, HeldKey>;
  readonly lines: Readonly<Record<SigningAlgorithm, readonly HeldKey[]>>;
  readonly publicKeys: readonly PublicJwk[];
}

interface HeldKeys {
  readonly now: () => Holding;
  readonly refresh: () => Promise<void>;
  /** Reads the store if the text names a key that could be ours and is unknown here; whether it was read. */
  readonly lookFor: (jwt: string) => Promise<boolean>;
}

const holdKeys = async (deps: KeyStoreDeps): Promise<HeldKeys> => {
  let holding = await load(deps);
  let started = 0;
  let applied = 0;
  const refresh = async (): Promise<void> => {
    started += 1;
    const turn = started;
    const next = await load(deps, holding);
    // A slow read that began earlier must not bring back what a later one saw withdrawn.
    if (turn <= applied) return;
    applied = turn;
    holding = next;
  };
  let lookedAt = -Infinity;
  let looking: Promise<void> = Promise.resolve();
  return {
    now: () => holding,
    refresh,
    lookFor: async (jwt) => {
      const jws = splitJws(jwt, jwtLengthLimit);
      const kid = jws === undefined ? undefined : keyIdIn(jws);
      if (kid === undefined || !/^[A-Za-z0-9_-]{43}$/.test(kid) || holding.byId.has(kid)) return false;
      if (Math.abs(deps.clock() - lookedAt) >= lookIntervalMillis) {
        lookedAt = deps.clock();
        looking = refresh();
      }
      await looking;
      return true;
    },
  };
};

const load = async (deps: KeyStoreDeps, former?: Holding): Promise<Holding> => {
  const records = (await deps.store.signingKeys.list()).filter(isLive);
  if (former !== undefined && isSame(records, former)) return former;
  const byId = new Map(
    records.map((record) => [record.id, former?.byId.get(record.id) ?? openKey(record, deps.keyring)]),
  );
  const line = (algorithm: SigningAlgorithm): readonly HeldKey[] =>
    lineOf(records, algorithm).flatMap(({ id }) => byId.get(id) ?? []);
  return {
    byId,
    lines: { ES256: line('ES256'), RS256: line('RS256'), EDDSA: line('EDDSA') },
    publicKeys: [...byId.values()].map(({ jwk }) => jwk),
  };
};

const isLive = ({ withdrawnAt }: SigningKeyRecord): boolean => withdrawnAt === undefined;

const isSame = (records: readonly SigningKeyRecord[], { byId }: Holding): boolean =>
  records.length === byId.size && records.every(({ id }) => byId.has(id));
