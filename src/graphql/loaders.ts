import DataLoader from 'dataloader';
import type { Application } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import type { Registration } from '../model/registration.js';
import type { User } from '../model/user.js';
import type { Store } from '../store/port/store.js';
import type { OperationCut } from './operation-cut.js';
import { mostObjects, tooManyRows } from './operation-rows.js';

/** Related objects of one operation, read in batches and once each. */
export interface Loaders {
  readonly applications: DataLoader<string, Application | undefined>;
  readonly users: DataLoader<string, User | undefined>;
  /** As they are in the operation's cut: of whoever is in its figures. */
  readonly applicationsOfCut: DataLoader<string, Application | undefined>;
  readonly usersOfCut: DataLoader<string, User | undefined>;
  readonly registrationsByUser: DataLoader<string, readonly Registration[]>;
  /** Last use by key set id or client secret id. */
  readonly lastUse: DataLoader<string, EpochMillis | undefined>;
  /** Forgets everything: a mutation has changed who knows what. */
  readonly clear: () => void;
}

export const createLoaders = (store: Store, cut: OperationCut): Loaders => {
  const loaders = {
    applications: byId((ids) => store.applications.findMany(ids)),
    users: byId((ids) => store.users.findMany(ids)),
    applicationsOfCut: byId((ids) => cut.read((snapshot) => snapshot.findApplications(ids))),
    usersOfCut: byId((ids) => cut.read((snapshot) => snapshot.findUsers(ids))),
    registrationsByUser: new DataLoader(async (ids: readonly string[]) => {
      const found = await store.registrations.findByUsers(ids, mostObjects);
      if (found === 'too_many') throw tooManyRows(); // before they are counted one user after the other
      const byUser = new Map<string, Registration[]>(ids.map((id) => [id, []]));
      for (const registration of found) byUser.get(registration.userId)?.push(registration);
      return ids.map((id) => byUser.get(id) ?? []);
    }, batches),
    lastUse: new DataLoader(async (ids: readonly string[]) => {
      const found = await store.usage.find(ids);
      return ids.map((id) => found.get(id));
    }, batches),
  };
  return {
    ...loaders,
    clear: () => {
      for (const loader of Object.values(loaders)) loader.clearAll();
    },
  };
};

/** What a store is asked for at once. */
const batches = { maxBatchSize: 200 };

const byId = <T extends { readonly id: string }>(
  findMany: (ids: readonly string[]) => Promise<readonly T[]>,
): DataLoader<string, T | undefined> =>
  new DataLoader(async (ids) => {
    const found = new Map((await findMany(ids)).map((one) => [one.id, one]));
    return ids.map((id) => found.get(id));
  }, batches);
