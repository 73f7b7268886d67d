import { StoreUnavailable, type Store } from '../../src/store/port/store.js';

/** Each call of these ports may fail before anything is done, or after all is done. */
const ports = ['tokens', 'registrations', 'users', 'applications'] as const;

/** The store as it looks through a bad line: of a hundred calls `percent` fail, and half of these are carried out nevertheless. */
export const forgetfulStore = (store: Store, random: () => number, percent: number): Store => {
  const unreliable = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]): Promise<unknown> => {
          const chance = random() * 100;
          if (chance < percent / 2) throw new StoreUnavailable('the request was lost');
          const result: unknown = await Reflect.apply(method, target, args);
          if (chance < percent) throw new StoreUnavailable('the reply was lost');
          return result;
        };
      },
    });
  return { ...store, ...Object.fromEntries(ports.map((port) => [port, unreliable(store[port])])) };
};
