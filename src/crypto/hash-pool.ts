import { randomInt } from 'node:crypto';
import { startHashThread, type HashTask, type HashThread } from './hash-thread.js';
import { dummyHash, hasTodaysCost, isVerifiable } from './password-hash.js';
import { HashQueueFull, type PasswordHasher } from './password-hasher.js';

export interface HashPoolOptions {
  /** Threads at most; each takes 19 MiB while it works. */
  readonly threads: number;
  /** How many passwords may wait for a thread. */
  readonly queueLimit: number;
}

/** A password that waited so long is answered with HashQueueFull and never hashed: its client has better things to do. */
const patienceMillis = 1000;

interface Job {
  readonly task: HashTask;
  readonly deadline: number;
  readonly isAwaited: () => boolean;
  readonly resolve: (result: string | boolean) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * argon2id in threads of the lowest priority, so that a flood of logins slows down nothing but logins. Threads start with the first
 * passwords, not with the process, and stay.
 */
export const createPasswordHasher = (options: HashPoolOptions): PasswordHasher => {
  const pool = createPool(options);
  return {
    hash: async (password) => String(await pool.run({ password })),
    verify: async (password, hash, isAwaited) => {
      const known = hash !== undefined && isVerifiable(hash);
      return (await pool.run({ password, hash: known ? hash : dummyHash }, isAwaited)) === true && known;
    },
    needsRehash: (hash) => !hasTodaysCost(hash),
    close: () => pool.close(),
  };
};

interface Pool {
  run(task: HashTask, isAwaited?: () => boolean): Promise<string | boolean>;
  close(): Promise<void>;
}

const createPool = ({ threads, queueLimit }: HashPoolOptions): Pool => {
  const crew: Crew = { idle: [], busy: new Set(), waiting: [] };
  const { idle, busy, waiting } = crew;
  let isClosed = false;
  return {
    run: (task, isAwaited = () => true) =>
      new Promise((resolve, reject) => {
        const job: Job = { task, deadline: performance.now() + patienceMillis, isAwaited, resolve, reject };
        if (isClosed) reject(new Error('The password hasher is closed.'));
        else if (busy.size < threads) serve(crew, job).catch(reject);
        else if (waiting.length < queueLimit || madeRoom(waiting)) wait(waiting, job);
        else reject(queueFull());
      }),
    close: async () => {
      isClosed = true;
      for (const job of waiting.splice(0)) job.reject(queueFull());
      await Promise.all([...busy, ...idle].map((thread) => thread.leave()));
    },
  };
};

interface Crew {
  readonly idle: HashThread[];
  readonly busy: Set<HashThread>;
  readonly waiting: Job[];
}

/** Carries a job out, and then whatever waits. */
const serve = async (crew: Crew, job: Job): Promise<void> => {
  const { idle, busy, waiting } = crew;
  const thread = nextAlive(idle) ?? newThread();
  busy.add(thread);
  try {
    job.resolve(await thread.run(job.task));
  } catch (error) {
    job.reject(orQueueFull(error));
  }
  busy.delete(thread);
  if (thread.isAlive()) idle.push(thread);
  const next = nextInTime(waiting);
  if (next !== undefined) serve(crew, next).catch(next.reject);
};

const nextAlive = (idle: HashThread[]): HashThread | undefined => {
  let thread = idle.pop();
  while (thread !== undefined && !thread.isAlive()) thread = idle.pop();
  return thread;
};

const newThread = (): HashThread => {
  try {
    return startHashThread();
  } catch (error) {
    throw orQueueFull(error);
  }
};

/** Whoever has gone leaves his place to others: else clients that do not wait for answers would keep out those that do. */
const madeRoom = (waiting: Job[]): boolean => {
  const gone = waiting.filter((job) => !job.isAwaited());
  for (const job of gone) {
    waiting.splice(waiting.indexOf(job), 1);
    job.reject(queueFull());
  }
  return gone.length > 0;
};

const wait = (waiting: Job[], job: Job): void => {
  waiting.push(job);
  setTimeout(() => {
    const place = waiting.indexOf(job);
    if (place === -1) return;
    waiting.splice(place, 1);
    job.reject(queueFull());
  }, patienceMillis).unref();
};

/** The first that is still awaited. The timer alone is not exact enough: it may come late on a busy loop. */
const nextInTime = (waiting: Job[]): Job | undefined => {
  let job = waiting.shift();
  while (job !== undefined && (job.deadline < performance.now() || !job.isAwaited())) {
    job.reject(queueFull());
    job = waiting.shift();
  }
  return job;
};

/** Spread, so that those who were refused together do not return together. */
const queueFull = (options?: ErrorOptions): HashQueueFull => new HashQueueFull(1 + randomInt(3), options);

/**
 * There is no thread to be had while a flood of connections has all descriptors, the user has all processes that he may have, or memory is
 * short: that passes. Node says so at once, or later as the cause of the thread's end.
 */
const orQueueFull = (error: unknown): unknown => {
  const causes = error instanceof Error ? [error, error.cause] : [];
  return causes.some(isWantOfThreads) ? queueFull({ cause: error }) : error;
};

const isWantOfThreads = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && wants.has(cause.code);

/** Of a thread that could not be made, and of one that was, and then could not read what it does. */
const wants: ReadonlySet<unknown> = new Set(['ERR_WORKER_INIT_FAILED', 'EMFILE', 'ENFILE']);
