import { StoreUnavailable, type Store } from '../../src/store/port/store.js';

/** A store that works, except where it was told not to. */
export interface FaultyStore {
  readonly store: Store;
  /** The next call of a method, like `tokens.advance`, finds the store away; of those after the next call of another, if one is named. */
  failNext(method: string, after?: string): void;
}

export const faultyStore = (store: Store): FaultyStore => {
  const faults: Faults = { ready: new Set(), waiting: new Map() };
  return {
    store: faulty(store, '', faults),
    failNext: (method, after) => {
      if (after === undefined) faults.ready.add(method);
      else faults.waiting.set(after, method);
    },
  };
};

interface Faults {
  readonly ready: Set<string>;
  /** By the method that is to be called before. */
  readonly waiting: Map<string, string>;
}

const faulty = <T extends object>(target: T, prefix: string, faults: Faults): T =>
  new Proxy(target, {
    get: (of, name) => {
      const value: unknown = Reflect.get(of, name);
      const path = `${prefix}${String(name)}`;
      if (typeof value === 'function') {
        return (...args: unknown[]): unknown => {
          if (faults.ready.delete(path)) return Promise.reject(new StoreUnavailable('told to fail'));
          const next = faults.waiting.get(path);
          if (next !== undefined) faults.ready.add(next);
          faults.waiting.delete(path);
          return value.apply(of, args);
        };
      }
      return prefix === '' && typeof value === 'object' && value !== null ? faulty(value, `${path}.`, faults) : value;
    },
  });
