import pino, { type DestinationStream } from 'pino';
import type { Log } from './model/log.js';

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** One JSON object a line, or lines for people. */
  readonly format: 'json' | 'text';
  /** Absent: standard output. */
  readonly destination?: DestinationStream;
}

/** The log of the process. `Secret` values print as `[secret]` by themselves. */
export const createLog = ({ level, format, destination = standardOutput() }: LogOptions): Log => {
  const target = format === 'json' ? destination : { write: (line: string) => destination.write(readable(line)) };
  return pino(
    {
      level,
      base: null,
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    target,
  );
};

/** Synchronous, so that nothing is lost at the end; a reader that went away is no reason to die. */
const standardOutput = (): DestinationStream => {
  const destination = pino.destination({ fd: 1, sync: true });
  destination.on('error', () => undefined);
  return destination;
};

/** `12:00:01 info  event name=value` */
const readable = (line: string): string => {
  const entry: unknown = JSON.parse(line);
  if (typeof entry !== 'object' || entry === null) return line;
  const { level, time, event, ...fields } = { level: '', time: '', event: '', ...entry };
  const shown = Object.entries(fields).map(([name, value]) => `${name}=${shownValue(value)}`);
  return [time.slice(11, 19), level.padEnd(5), event, ...shown].join(' ') + '\n';
};

const shownValue = (value: unknown): string =>
  typeof value === 'string' && !/[\s"]/.test(value) ? value : JSON.stringify(value);
