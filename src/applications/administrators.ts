import { isLive, keySetsOf, type Application, type KeySet } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import { ManagementError } from '../model/management-error.js';
import type { Position } from '../model/page.js';
import type { Store } from '../store/port/store.js';

/** Key sets that could administer if one of their secrets is live: what the set in the store can hold. */
const mayAdminister = (application: Application, keySet: KeySet): boolean =>
  application.enabled &&
  keySet.enabled &&
  keySet.scopes.includes('applications:write') &&
  keySet.grantTypes.includes('client_credentials');

/** Whether a token that holds applications:write can be got with this key set now. */
export const canAdminister = (application: Application, keySet: KeySet, at: EpochMillis): boolean =>
  mayAdminister(application, keySet) && keySet.secrets.some((secret) => isLive(secret, at));

const ableIds = (application: Application | undefined, at: EpochMillis): readonly string[] =>
  application === undefined
    ? []
    : keySetsOf(application)
        .filter((keySet) => canAdminister(application, keySet, at))
        .map(({ id }) => id);

export interface Transition {
  readonly before: Application;
  /** Undefined: the application goes. */
  readonly after: Application | undefined;
  readonly at: EpochMillis;
}

/**
 * Guards the last administrator through one change of one application, retries included: `allow` before each write, then `settle` once with
 * what came of it. What was withdrawn stays withdrawn between the tries, so that nobody counts on it meanwhile.
 */
export interface AdministratorGuard {
  /** @throws ManagementError CONFLICT when nobody would be left who can administer */
  allow(transition: Transition): Promise<void>;
  /** After the write: what gained the ability joins, what lost it is gone for certain. */
  settle(transition: Transition): Promise<void>;
  /** After a refusal: what was withdrawn and is still able joins again. */
  giveBack(applicationId: string, at: EpochMillis): Promise<void>;
}

export const guardAdministrators = (store: Store): AdministratorGuard => {
  const withdrawn = new Set<string>();
  return {
    allow: async ({ before, after, at }) => {
      const able = ableIds(after, at);
      const losing = keySetsOf(before)
        .filter((keySet) => mayAdminister(before, keySet) && !able.includes(keySet.id) && !withdrawn.has(keySet.id))
        .map(({ id }) => id);
      if (losing.length === 0) return;
      const unable = await unableIds(store, at);
      if ((await store.administrators.withdraw([...losing, ...unable])) === 'last') throw lastAdministrator();
      for (const id of losing) withdrawn.add(id);
    },
    settle: async ({ before, after, at }) => {
      const able = ableIds(after, at);
      const formerly = ableIds(before, at);
      const lost = [...withdrawn].filter((id) => !able.includes(id));
      // Once more: a change that ran beside this one may have put it in between.
      if (lost.length > 0) await store.administrators.withdraw(lost);
      const joining = able.filter((id) => withdrawn.has(id) || !formerly.includes(id));
      await join(store, before.id, { ids: joining, at });
    },
    giveBack: async (applicationId, at) => {
      if (withdrawn.size === 0) return;
      const able = ableIds(await store.applications.find(applicationId), at);
      await join(store, applicationId, { ids: [...withdrawn].filter((id) => able.includes(id)), at });
    },
  };
};

/** Puts key sets into the set and looks whether they are able still: a change may have come between. */
const join = async (
  store: Store,
  applicationId: string,
  { ids, at }: { readonly ids: readonly string[]; readonly at: EpochMillis },
): Promise<void> => {
  if (ids.length === 0) return;
  for (const id of ids) await store.administrators.add(id);
  const able = ableIds(await store.applications.find(applicationId), at);
  const gone = ids.filter((id) => !able.includes(id));
  if (gone.length > 0) await store.administrators.withdraw(gone);
};

/**
 * Every key set that holds applications:write and cannot use it now. Secrets expire without a write, so the set may count on such a key set:
 * it must not be the one that remains. Reads all applications; only asked when an administrator loses the ability, which is rare.
 */
const unableIds = async (store: Store, at: EpochMillis): Promise<readonly string[]> => {
  const unable: string[] = [];
  let after: Position | undefined;
  do {
    const page = await store.applications.page({}, { first: 100, ...(after === undefined ? {} : { after }) });
    for (const application of page.items) {
      const able = ableIds(application, at);
      unable.push(...holders(application).filter((id) => !able.includes(id)));
    }
    const last = page.items.at(-1);
    after = page.hasNextPage && last !== undefined ? { at: last.createdAt, id: last.id } : undefined;
  } while (after !== undefined);
  return unable;
};

const holders = (application: Application): readonly string[] =>
  keySetsOf(application)
    .filter((keySet) => keySet.scopes.includes('applications:write'))
    .map(({ id }) => id);

const lastAdministrator = (): ManagementError =>
  new ManagementError(
    'CONFLICT',
    'This would leave no enabled client that holds applications:write and can use it: make another one first.',
  );
