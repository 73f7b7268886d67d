import { setTimeout as pause } from 'node:timers/promises';
import { keySetsOf, type Application } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import { grantNames, type GrantName } from '../model/grant-name.js';
import { pagesOfApplications } from '../store/port/pages-of-applications.js';
import { StoreUnavailable } from '../store/port/store.js';
import type { OAuthDeps } from './oauth-deps.js';

/** Grant types that RFC 9700 advises against (§2.4): nobody learns of them from us where nobody uses them. */
const listedWhereUsed: readonly GrantName[] = ['password'];

/** An answer is given again for so long: the metadata document is kept by its readers for longer anyway. */
const rememberedMillis = 60_000;

/** So long a look is waited for where an earlier one has an answer; it goes on for those who ask later. */
const patienceMillis = 250;

/** The grant types that the metadata document names. */
export const listedGrantTypes = (deps: OAuthDeps): (() => Promise<readonly GrantName[]>) => {
  const uses = new Map(listedWhereUsed.map((name) => [name, usage(deps, name)]));
  return async () => {
    const listed = await Promise.all(grantNames.map(async (name) => (await uses.get(name)?.()) ?? true));
    return grantNames.filter((_, index) => listed[index]);
  };
};

/**
 * Whether some enabled key set of an enabled application has a grant type, as of a minute ago at most. While the store is away, or takes long,
 * what was known last stands: the rest of the document is as true as ever.
 */
const usage = (deps: OAuthDeps, name: GrantName): (() => Promise<boolean>) => {
  let known: boolean | undefined;
  let lastUser: string | undefined;
  let asked: { readonly at: EpochMillis; readonly answer: Promise<boolean> } | undefined;
  const look = async (): Promise<boolean> => {
    try {
      lastUser = (await stillUses(deps, { id: lastUser, name })) ? lastUser : await findUser(deps, name);
      known = lastUser !== undefined;
    } catch (error) {
      asked = undefined; // the question is asked again next time
      if (!(error instanceof StoreUnavailable)) throw error;
      known ??= false;
    }
    return known;
  };
  return () => {
    const at = deps.clock();
    if (asked === undefined || Math.abs(at - asked.at) >= rememberedMillis) asked = { at, answer: look() };
    return known === undefined ? asked.answer : inTime(asked.answer, known);
  };
};

const inTime = async (answer: Promise<boolean>, known: boolean): Promise<boolean> => {
  const limit = new AbortController();
  const late = pause(patienceMillis, known, { signal: limit.signal });
  try {
    return await Promise.race([answer, late]);
  } finally {
    limit.abort();
  }
};

/** Where the last look found it is where it most likely still is: then this one costs a single read. */
const stillUses = async (
  { store }: OAuthDeps,
  { id, name }: { readonly id: string | undefined; readonly name: GrantName },
): Promise<boolean> => {
  const application = id === undefined ? undefined : await store.applications.find(id);
  return application !== undefined && hasGrant(application, name);
};

const findUser = async ({ store }: OAuthDeps, name: GrantName): Promise<string | undefined> => {
  for await (const page of pagesOfApplications(store.applications, { enabled: true })) {
    const user = page.find((application) => hasGrant(application, name));
    if (user !== undefined) return user.id;
  }
  return undefined;
};

const hasGrant = (application: Application, name: GrantName): boolean =>
  application.enabled && keySetsOf(application).some(({ enabled, grantTypes }) => enabled && grantTypes.includes(name));
