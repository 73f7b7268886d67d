import { expect, it } from '@jest/globals';
import { startJobs } from '../src/jobs.js';
import type { Log } from '../src/model/log.js';

const recordingLog = () => {
  const events: string[] = [];
  const note = (_: unknown, event: string): void => void events.push(event);
  const log: Log = { debug: note, info: note, warn: note, error: note };
  return { log, events };
};

/** A promise and its key. */
const gate = () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
};

it('runs a job again and again, each time after the last one has ended', async () => {
  const third = gate();
  let running = 0;
  let runs = 0;
  const run = async (): Promise<void> => {
    running += 1;
    expect(running).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    runs += 1;
    if (runs === 3) third.open();
  };
  const jobs = startJobs([{ name: 'count', everyMillis: 1, run }], recordingLog().log);
  await third.opened;
  await jobs.stop();
  expect(runs).toBeGreaterThanOrEqual(3);
});

it('runs a job soon after the start, however seldom it runs', async () => {
  const begun = gate();
  const run = (): Promise<void> => {
    begun.open();
    return Promise.resolve();
  };
  const jobs = startJobs([{ name: 'seldom', everyMillis: 3_600_000, run }], recordingLog().log);
  await begun.opened; // of an hour nobody would see the end
  await jobs.stop();
});

it('goes on after a failure, and logs when a job begins to fail and when it recovers', async () => {
  const { log, events } = recordingLog();
  const done = gate();
  let runs = 0;
  const run = (): Promise<void> => {
    runs += 1;
    if (runs === 5) done.open();
    return runs < 4 ? Promise.reject(new Error('the store is away')) : Promise.resolve();
  };
  const jobs = startJobs([{ name: 'flush', everyMillis: 1, run }], log);
  await done.opened;
  await jobs.stop();
  expect(events).toEqual(['job_failed', 'job_recovered']);
});

it('waits for what is running when it stops, and starts nothing more', async () => {
  const begun = gate();
  const end = gate();
  let runs = 0;
  const run = async (): Promise<void> => {
    runs += 1;
    begun.open();
    await end.opened;
  };
  const jobs = startJobs([{ name: 'slow', everyMillis: 1, run }], recordingLog().log);
  await begun.opened;
  let isStopped = false;
  const stopped = jobs.stop().then(() => (isStopped = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isStopped).toBe(false);
  end.open();
  await stopped;
  expect(runs).toBe(1);
});
