import type { Clock } from '../../model/clock.js';
import type { Log } from '../../model/log.js';
import { DiskFull, roomNeeded } from '../port/store.js';
import type { Statements } from './connection.js';

export interface DiskWatch {
  /** Takes what came of a transaction: why it failed, or undefined if all of it was committed. */
  note(failure: Error | undefined): void;
}

/** On a disk that is nearly full small writes succeed between large ones that do not: room is room when nothing failed for so long. */
export const settlingMillis = 60_000;

/** Tells once that writes fail for want of room, and once that they work again; a transaction that had nothing to write is no sign of it. */
export const diskWatch = (statements: Statements, clock: Clock, log: Log | undefined): DiskWatch => {
  let full: { readonly at: number; readonly changes: number } | undefined;
  const changes = (): number => statements.statement<{ readonly n: number }>(countChanges).get()?.n ?? 0;
  return {
    note: (failure) => {
      if (failure instanceof DiskFull) {
        if (full === undefined) log?.error({ todo: roomNeeded, error: failure.name }, 'disk_full');
        full = { at: clock(), changes: changes() };
        return;
      }
      if (full === undefined) return;
      const { at, changes: before } = full;
      full = { at, changes: changes() };
      if (failure !== undefined || full.changes === before || clock() - at < settlingMillis) return;
      full = undefined;
      log?.info({}, 'disk_has_room');
    },
  };
};

/** Of this connection since it was opened, undone ones too. */
const countChanges = 'SELECT total_changes() AS n';
