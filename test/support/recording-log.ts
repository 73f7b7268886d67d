import type { Log } from '../../src/model/log.js';

export interface LogEntry {
  readonly level: keyof Log;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log and what was written to it. */
export const recordingLog = () => {
  const logged: LogEntry[] = [];
  const at =
    (level: keyof Log): Log['info'] =>
    (fields, event) =>
      void logged.push({ level, event, fields });
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { log, logged };
};
