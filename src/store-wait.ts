import { performance } from 'node:perf_hooks';
import { errorFields } from './model/error-fields.js';
import type { Log } from './model/log.js';
import { DiskFull, roomNeeded } from './store/port/store.js';

/** Often enough for who looks at the log, too rare to fill it. */
const noteMillis = 30_000;

/** Tells the log that the start waits for its store, at the first try that failed and then now and again. @param now monotonic */
export const storeWaitNotes = (log: Log, now: () => number = () => performance.now()): ((error: unknown) => void) => {
  const began = now();
  let notedAt = -Infinity;
  return (error) => {
    const at = now();
    if (at - notedAt < noteMillis) return;
    notedAt = at;
    const fields = { waitedSeconds: Math.round((at - began) / 1000), ...errorFields(error) };
    if (error instanceof DiskFull) log.error({ todo: roomNeeded, ...fields }, 'disk_full');
    else log.warn(fields, 'store_unavailable');
  };
};

/** A log that hears only what is said while a condition holds. */
export const logWhile = (holds: () => boolean, log: Log): Log => {
  const only =
    (tell: Log['info']): Log['info'] =>
    (fields, event) => {
      if (holds()) tell(fields, event);
    };
  return {
    debug: only((fields, event) => log.debug(fields, event)),
    info: only((fields, event) => log.info(fields, event)),
    warn: only((fields, event) => log.warn(fields, event)),
    error: only((fields, event) => log.error(fields, event)),
  };
};
