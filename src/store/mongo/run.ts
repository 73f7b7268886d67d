import { StoreUnavailable, storeWaitMillis } from '../port/store.js';
import { OutOfTime, type Health } from './health.js';
import { beginCommand } from './request-time.js';
import { isDuplicateKey, storeError } from './store-error.js';

/** Runs one command and waits for it no longer than a caller of the store may wait. */
export type Run = <T>(command: () => PromiseLike<T>) => Promise<T>;

export interface Runs {
  /**
   * Rejects with StoreUnavailable when the server is away, says so, or has not answered in time. The driver's own limits (connecting,
   * selecting a server, each try) are shorter, but they add up, and so do the commands of a request: those have one limit together.
   */
  readonly run: Run;
  /** For an upsert: when another caller has inserted the document at the same moment, it is there the second time. */
  readonly runUpsert: Run;
}

/** For all commands of a request, and for one of whoever is no request, with all the driver's tries. */
export const commandMillis = storeWaitMillis;

export const runsWithin = (millis: number, health: Health): Runs => {
  const run: Run = async (command) => {
    const time = beginCommand(millis);
    try {
      const value = await within(time.millisLeft, command);
      health.answered();
      return value;
    } catch (error) {
      throw error instanceof StoreUnavailable ? health.failed(error) : error;
    } finally {
      time.end();
    }
  };
  return {
    run,
    runUpsert: async (command) => {
      try {
        return await run(command);
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return run(command);
      }
    },
  };
};

export const within = <T>(millis: number, command: () => PromiseLike<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    if (millis <= 0) {
      reject(new StoreUnavailable(new OutOfTime()));
      return;
    }
    const deadline = setTimeout(() => reject(new StoreUnavailable(new OutOfTime())), millis);
    command().then(
      (value) => {
        clearTimeout(deadline);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(deadline);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what is no StoreUnavailable passes as it came
        reject(storeError(error));
      },
    );
  });
