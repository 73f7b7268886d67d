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

/** The embedded store in another process, which says what was acknowledged. */
export const startChild = async (file: string, task: 'hold' | 'try' | 'write'): Promise<ChildProcess> => {
  const program = join(dirname(await builtProgram()), 'store', 'sqlite', 'open.js');
  const child = spawn(process.execPath, [resolve('test/store/sqlite-child.mjs'), program, file, task], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
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
