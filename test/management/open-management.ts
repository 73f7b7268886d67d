import { createKeyring } from '../../src/crypto/keyring.js';
import { openSigningKeys } from '../../src/crypto/key-store.js';
import type { ApplicationDeps } from '../../src/applications/application-deps.js';
import { createApplication } from '../../src/applications/create-application.js';
import { generateKeys, type GenerateKeysInput, type GeneratedKeys } from '../../src/applications/generate-keys.js';
import type { Actor } from '../../src/model/actor.js';
import type { Application } from '../../src/model/application.js';
import type { AuditEvent } from '../../src/model/audit-event.js';
import { ManagementError } from '../../src/model/management-error.js';
import { privilegedScopes } from '../../src/model/management-scope.js';
import { openTestStore, type TestStore } from '../support/test-store.js';
import { secretKey } from '../support/secret-key.js';

export const issuer = 'https://tallygate.example';

let requests = 0;

/** Somebody whose token holds these scopes; without any named, all that can be held. */
export const actorWith = (scopes: readonly string[] = privilegedScopes, clientId = 'console'): Actor => {
  requests += 1;
  return {
    subject: clientId,
    clientId,
    scopes: new Set(scopes),
    expiresAt: Number.MAX_SAFE_INTEGER,
    requestId: `req-${requests}`,
    remoteAddress: '192.0.2.7',
  };
};

export interface Management extends TestStore {
  readonly deps: ApplicationDeps;
  readonly actor: Actor;
  application(name?: string): Promise<Application>;
  /** An application with production keys. */
  keys(input?: Partial<GenerateKeysInput>): Promise<GeneratedKeys>;
  /** As `keys`, of a client that administers. */
  administrator(input?: Partial<GenerateKeysInput>): Promise<GeneratedKeys>;
  eventsOf(action: string): Promise<readonly AuditEvent[]>;
}

/** The use cases over an empty embedded store, with real keys. */
export const openManagement = async (): Promise<Management> => {
  const opened = await openTestStore();
  const { store } = opened;
  const keyring = createKeyring([secretKey(7)]);
  const clock = opened.clock.now;
  const deps = { store, clock, keyring, issuer, signingKeys: await openSigningKeys({ store, keyring, clock }) };
  const actor = actorWith();
  let applications = 0;
  const application = (name?: string): Promise<Application> => {
    applications += 1;
    return createApplication(deps, actor, { name: name ?? `Application ${applications}` });
  };
  const keys = async (input: Partial<GenerateKeysInput> = {}): Promise<GeneratedKeys> =>
    generateKeys(deps, actor, { applicationId: input.applicationId ?? (await application()).id, ...input });
  return {
    ...opened,
    deps,
    actor,
    application,
    keys,
    administrator: (input) => keys({ scopes: ['applications:write'], ...input }),
    eventsOf: async (action) => (await store.audit.page({ action }, { first: 100 })).items,
  };
};

/** What a refusal says to the caller; anything but a ManagementError is thrown on. */
export const refusalOf = async (
  call: Promise<unknown>,
): Promise<{ readonly code: string; readonly field?: string } | 'no refusal'> => {
  try {
    await call;
    return 'no refusal';
  } catch (error) {
    if (!(error instanceof ManagementError)) throw error;
    return { code: error.code, ...(error.field === undefined ? {} : { field: error.field }) };
  }
};

export interface Outcomes {
  readonly done: number;
  /** Code → how many. */
  readonly refused: Readonly<Record<string, number>>;
}

/** How parallel calls ended. */
export const outcomesOf = async (calls: readonly Promise<unknown>[]): Promise<Outcomes> => {
  const refusals = await Promise.all(calls.map(refusalOf));
  const refused: Record<string, number> = {};
  for (const refusal of refusals) {
    if (refusal !== 'no refusal') refused[refusal.code] = (refused[refusal.code] ?? 0) + 1;
  }
  return { done: refusals.filter((refusal) => refusal === 'no refusal').length, refused };
};

export const callers = 64;
export const times = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index));
