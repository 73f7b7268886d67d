import { errorFields } from './model/error-fields.js';
import type { Log } from './model/log.js';

/** Work that is done again and again: idempotent, safe on many servers at once. */
export interface Job {
  readonly name: string;
  readonly everyMillis: number;
  readonly run: () => Promise<unknown>;
}

export interface Jobs {
  /** Starts no more; resolves when what is running has ended. */
  stop(): Promise<void>;
}

/**
 * Each job runs by itself, soon after the start and then again and again, the next time only after it has ended: what the last process left
 * when it was killed is not left for long. A job that fails is tried again, and logged when it begins to fail.
 */
export const startJobs = (jobs: readonly Job[], log: Log): Jobs => {
  const loops = jobs.map((job) => startLoop(job, log));
  return {
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
};

const firstMillis = 1000;

const startLoop = (job: Job, log: Log): { stop(): Promise<void> } => {
  const attempt = attemptOf(job, log);
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let stopped = false;
  const schedule = (millis: number): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      running = attempt().then(() => schedule(job.everyMillis));
    }, millis).unref();
  };
  schedule(Math.min(job.everyMillis, firstMillis));
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      return running;
    },
  };
};

/** Runs it once and logs where it begins or ceases to fail; never rejects. */
const attemptOf = ({ name, run }: Job, log: Log): (() => Promise<void>) => {
  let failing = false;
  return async () => {
    try {
      await run();
      if (failing) log.info({ job: name }, 'job_recovered');
      failing = false;
    } catch (error) {
      if (!failing) log.warn({ job: name, ...errorFields(error) }, 'job_failed');
      failing = true;
    }
  };
};
