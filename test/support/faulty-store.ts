import { StoreUnavailable, type Store } from '../../src/store/port/store.js';

/** A store that works, except where it was told not to. */
export interface FaultyStore {
  readonly store: Store;
  /** The next call of a method, like `tokens.advance`, finds the store away. */
  failNext(method: string): void;
}

export const faultyStore = (store: Store): FaultyStore => {
  const faults = new Set<string>();
  return { store: faulty(store, '', faults), failNext: (method) => void faults.add(method) };
};

const faulty = <T extends object>(target: T, prefix: string, faults: Set<string>): T =>
  new Proxy(target, {
    get: (of, name) => {
      const value: unknown = Reflect.get(of, name);
      const path = `${prefix}${String(name)}`;
      if (typeof value === 'function') {
        return (...args: unknown[]): unknown =>
          faults.delete(path) ? Promise.reject(new StoreUnavailable('told to fail')) : value.apply(of, args);
      }
      return prefix === '' && typeof value === 'object' && value !== null ? faulty(value, `${path}.`, faults) : value;
    },
  });
