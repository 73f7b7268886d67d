import type * as argon2 from '@node-rs/argon2';
import { createRequire } from 'node:module';
import type * as os from 'node:os';
import { Worker, type MessagePort } from 'node:worker_threads';
import type { Secret } from '../model/secret.js';
import { dummyHash, hashParameters } from './password-hash.js';

/** With a hash: whether the password belongs to it; without: its hash. */
export interface HashTask {
  readonly password: Secret;
  readonly hash?: string;
}

/** A task as it goes to the thread. */
interface Message {
  readonly password: string;
  readonly hash: string | undefined;
}

type Reply = { readonly result: string | boolean } | { readonly failure: string };

/** A thread of its own that does one task after the other. */
export interface HashThread {
  /** @throws Error when the thread has ended */
  run(task: HashTask): Promise<string | boolean>;
  isAlive(): boolean;
  /** Finishes what runs, then ends the thread. By message: ended from outside, native code can take the process with it. */
  leave(): Promise<void>;
}

interface ThreadScope {
  readonly port: Pick<MessagePort, 'on' | 'postMessage' | 'close'>;
  readonly argon2: Pick<typeof argon2, 'hashSync' | 'verifySync'>;
  readonly os: Pick<typeof os, 'setPriority' | 'platform'>;
  readonly parameters: typeof hashParameters;
  readonly dummyHash: string;
}

/**
 * What runs inside the thread. It travels there as text, so that it is the same from `dist/` and from the sources under Jest: it may use
 * nothing from outside itself but its parameter.
 */
const threadBody = ({ port, argon2, os, parameters, dummyHash }: ThreadScope): void => {
  const verify = (password: string, hash: string): boolean => {
    try {
      return argon2.verifySync(hash, password);
    } catch {
      // A damaged hash belongs to no password, and costs as much time as a good one.
      argon2.verifySync(dummyHash, password);
      return false;
    }
  };
  const perform = ({ password, hash }: Message): Reply => {
    try {
      return { result: hash === undefined ? argon2.hashSync(password, parameters) : verify(password, hash) };
    } catch (error) {
      return { failure: String(error) };
    }
  };
  port.on('message', (message: Message | 'leave') => {
    if (message === 'leave') port.close();
    else port.postMessage(perform(message));
  });
  try {
    // On Linux the priority is the thread's own; elsewhere it would be the whole process's.
    if (os.platform() === 'linux') os.setPriority(0, 19);
  } catch {
    // A sandbox may forbid it: then logins and other grants share the processor as equals.
  }
};

const bootstrap = `
const { parentPort, workerData: { argon2, ...data } } = require('node:worker_threads');
(${threadBody.toString()})({ port: parentPort, argon2: require(argon2), os: require('node:os'), ...data });
`;

interface Caller {
  readonly resolve: (result: string | boolean) => void;
  readonly reject: (error: Error) => void;
}

export const startHashThread = (): HashThread => {
  const worker = newWorker();
  let caller: Caller | undefined;
  const end = watchEnd(worker, (error) => caller?.reject(error));
  worker.on('message', (reply: Reply) => {
    worker.unref();
    if ('result' in reply) caller?.resolve(reply.result);
    else caller?.reject(new Error('A password could not be hashed.', { cause: reply.failure }));
  });
  return {
    run: ({ password, hash }) =>
      new Promise((resolve, reject) => {
        caller = { resolve, reject };
        const error = end.error();
        if (error !== undefined) reject(error);
        // While it works the thread keeps the process alive, idle it does not.
        worker.ref();
        const message: Message = { password: password.reveal(), hash };
        worker.postMessage(message);
      }),
    isAlive: () => end.error() === undefined,
    leave: () => {
      worker.ref();
      worker.postMessage('leave');
      return end.error() === undefined ? end.reached : Promise.resolve();
    },
  };
};

const newWorker = (): Worker =>
  new Worker(bootstrap, {
    eval: true,
    name: 'password hashes',
    workerData: {
      argon2: createRequire(import.meta.url).resolve('@node-rs/argon2'),
      parameters: hashParameters,
      dummyHash,
    },
  });

interface ThreadEnd {
  /** Undefined while the thread is alive. */
  error(): Error | undefined;
  readonly reached: Promise<void>;
}

const watchEnd = (worker: Worker, tell: (error: Error) => void): ThreadEnd => {
  let error: Error | undefined;
  const reached = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const end = (cause?: unknown): void => {
    error ??= new Error('A thread for password hashes has ended.', { cause });
    tell(error);
  };
  worker.once('error', end);
  worker.once('exit', () => end());
  return { error: () => error, reached };
};
