import type * as argon2 from '@node-rs/argon2';
import { createRequire } from 'node:module';
import type * as os from 'node:os';
import { Worker, type MessagePort } from 'node:worker_threads';
import { dummyHash, hashParameters } from './password-hash.js';

/** With a hash: whether the password belongs to it; without: its hash. */
export interface HashTask {
  readonly password: string;
  readonly hash?: string;
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
  const perform = ({ password, hash }: HashTask): Reply => {
    try {
      return { result: hash === undefined ? argon2.hashSync(password, parameters) : verify(password, hash) };
    } catch (error) {
      return { failure: String(error) };
    }
  };
  port.on('message', (message: HashTask | 'leave') => {
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

export const startHashThread = (): HashThread => {
  const argon2Path = createRequire(import.meta.url).resolve('@node-rs/argon2');
  const worker = new Worker(bootstrap, {
    eval: true,
    name: 'password hashes',
    workerData: { argon2: argon2Path, parameters: hashParameters, dummyHash },
  });
  let task:
    { readonly resolve: (result: string | boolean) => void; readonly reject: (error: Error) => void } | undefined;
  let end: Error | undefined;
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const stop = (cause?: unknown): void => {
    end ??= new Error('A thread for password hashes has ended.', { cause });
    task?.reject(end);
  };
  worker.once('error', stop);
  worker.once('exit', () => stop());
  worker.on('message', (reply: Reply) => {
    worker.unref();
    if ('result' in reply) task?.resolve(reply.result);
    else task?.reject(new Error('A password could not be hashed.', { cause: reply.failure }));
  });
  return {
    run: (next) =>
      new Promise((resolve, reject) => {
        task = { resolve, reject };
        if (end !== undefined) reject(end);
        // While it works the thread keeps the process alive, idle it does not.
        worker.ref();
        worker.postMessage(next);
      }),
    isAlive: () => end === undefined,
    leave: () => {
      worker.ref();
      worker.postMessage('leave');
      return end === undefined ? ended : Promise.resolve();
    },
  };
};
