import { StoreUnavailable } from '../port/store.js';

/** Counts the calls of a store that are under way, so that it closes behind the last one. */
export interface Running {
  /** The same port, whose calls are counted. */
  track<T extends object>(port: T): T;
  /** Refuses new calls; resolves when none is under way. */
  stop(): Promise<void>;
}

export const createRunning = (): Running => {
  const running = new Set<Promise<unknown>>();
  let stopped = false;
  const call = (method: () => unknown): unknown => {
    if (stopped) return Promise.reject(new StoreUnavailable('The store is closing.'));
    const result = method();
    if (!(result instanceof Promise)) return result;
    const done = (): unknown => running.delete(settled);
    const settled: Promise<unknown> = result.then(done, done);
    running.add(settled);
    return result;
  };
  return {
    track: (port) =>
      new Proxy(port, {
        get: (target, name): unknown => {
          const member: unknown = Reflect.get(target, name);
          if (typeof member !== 'function') return member;
          return (...args: readonly unknown[]) => call(() => Reflect.apply(member, target, args));
        },
      }),
    stop: async () => {
      stopped = true;
      await Promise.all(running);
    },
  };
};
