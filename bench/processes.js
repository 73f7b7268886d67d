// Starts what is measured, on a core of its own where the machine has one to spare.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;
export const pinning = canPin ? 'server on core 0, client on core 1' : 'server and client share the cores';

/** Moves this process, the client, away from the server's core. */
export const pinClient = () => {
  if (canPin) spawnSync('taskset', ['-a', '-p', '-c', '1', String(process.pid)]);
};

export const startPinned = (args, options = {}) => {
  const command = canPin ? ['taskset', '-c', '0', process.execPath] : [process.execPath];
  return spawn(command[0], [...command.slice(1), ...args], { stdio: ['pipe', 'pipe', 'inherit'], ...options });
};

/** One that has ended by itself tells nobody so any more. */
export const stop = (child) =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', resolve);
    child.kill('SIGTERM');
  });

/** The first that it writes says that it is ready. */
export const untilItSpeaks = (child, name) =>
  new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', () => reject(new Error(`${name} ended before it was ready`)));
  });

/** Milliseconds from `since` until the URL answers 200. */
export const untilReady = async (url, since) => {
  for (let attempt = 0; attempt < 3000; attempt += 1) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.status === 200) return performance.now() - since;
    await pause(5);
  }
  throw new Error(`${url} did not answer 200`);
};

/** Resident and greatest resident memory of a process in MB; undefined where there is no /proc. */
export const memoryOf = (pid) => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const megabytes = (name) => Math.round(Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024);
    return { resident: megabytes('VmRSS'), peak: megabytes('VmHWM') };
  } catch {
    return undefined;
  }
};
