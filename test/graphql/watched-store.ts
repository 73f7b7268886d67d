import type { Store } from '../../src/store/port/store.js';

/** A store that is used as it is, and what was called of it. */
export interface WatchedStore {
  readonly store: Store;
  /** `applications.findMany`, `openSnapshot`, `snapshot.findUsers` … in the order of the calls. */
  readonly calls: string[];
}

export const watchedStore = (store: Store): WatchedStore => {
  const calls: string[] = [];
  return { store: watched(store, '', calls), calls };
};

const watched = <T extends object>(target: T, prefix: string, calls: string[]): T =>
  new Proxy(target, {
    get: (of, name) => {
      const value: unknown = Reflect.get(of, name);
      const path = `${prefix}${String(name)}`;
      if (typeof value === 'function') {
        return (...args: unknown[]): unknown => {
          calls.push(path);
          const result: unknown = value.apply(of, args);
          return path === 'openSnapshot' && result instanceof Promise
            ? result.then((snapshot: object) => watched(snapshot, 'snapshot.', calls))
            : result;
        };
      }
      return typeof value === 'object' && value !== null && prefix.split('.').length < 3
        ? watched(value, `${path}.`, calls)
        : value;
    },
  });
