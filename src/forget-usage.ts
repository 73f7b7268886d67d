import { setImmediate } from 'node:timers/promises';
import { keySetsOf, type Application } from './model/application.js';
import { pagesOfApplications } from './store/port/pages-of-applications.js';
import type { Store } from './store/port/store.js';

/**
 * Removes last uses of what is gone: of deleted key sets and applications, and of secrets that were revoked. A use that is written after
 * the deletion, late as they are, is the next round's. Ids are read before the applications are, and never used twice: what is not found there is gone
 * for good. Idempotent, safe on many servers; returns how many went.
 */
export const forgetUsage = async ({ usage, applications }: Pick<Store, 'usage' | 'applications'>): Promise<number> => {
  const left = await idsOf(usage);
  if (left.size === 0) return 0;
  for await (const page of pagesOfApplications(applications, {})) {
    for (const id of page.flatMap(usedIds)) left.delete(id);
  }
  const gone = [...left];
  for (let start = 0; start < gone.length; start += batchLimit) {
    await usage.remove(gone.slice(start, start + batchLimit));
  }
  return gone.length;
};

const batchLimit = 500;

const idsOf = async (usage: Store['usage']): Promise<Set<string>> => {
  const all = new Set<string>();
  for (let last: string | undefined = ''; last !== undefined;) {
    const ids: readonly string[] = await usage.ids(last);
    for (const id of ids) all.add(id);
    last = ids.at(-1);
    await setImmediate();
  }
  return all;
};

/** By which ids an application's uses are noted. */
const usedIds = (application: Application): readonly string[] =>
  keySetsOf(application).flatMap(({ id, secrets }) => [id, ...secrets.map((secret) => secret.id)]);
