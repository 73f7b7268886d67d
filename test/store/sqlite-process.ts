import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { builtProgram } from '../support/built.js';

export interface ChildProcess {
  /** Everything it said so far. */
  readonly lines: readonly string[];
  /** Resolves when it has said so many lines; rejects when it ends before. */
  said(count: number): Promise<void>;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  readonly ended: Promise<void>;
}

export interface ChildOptions {
  /** No file may grow beyond so many blocks of 512 bytes: what a full disk is to a program. */
  readonly blocks?: number;
}

/** The embedded store in another process, which says what was acknowledged. */
export const startChild = async (
  file: string,
  task: 'hold' | 'try' | 'write' | 'write without log',
  { blocks }: ChildOptions = {},
): Promise<ChildProcess> => {
  const program = join(dirname(await builtProgram()), 'store', 'sqlite', 'open.js');
  const limited = `ulimit -f ${blocks ?? 'unlimited'} && exec "$0" "$@"`;
  const command = [process.execPath, resolve('test/store/sqlite-child.mjs'), program, file, task];
  const child = spawn('/bin/sh', ['-c', limited, ...command], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const listener of listeners) listener();
  });
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  return {
    lines,
    ended,
    said: (count) =>
      new Promise((done, reject) => {
        const look = (): void => {
          if (lines.length >= count) done();
        };
        listeners.add(look);
        look();
        void ended.then(() => reject(new Error(`The other process ended early: ${lines.join('; ')}`)));
      }),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};
