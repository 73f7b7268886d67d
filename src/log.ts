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
export const createLog = ({ level, format, destination }: LogOptions): Log => {
  const stream = destination ?? standardOutput((lines) => log.warn({ lines }, 'log_lines_lost'));
  const target = format === 'json' ? stream : { write: (line: string) => stream.write(readable(line)) };
  const log = pino(
    {
      level,
      base: null,
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    target,
  );
  return log;
};

const mostWaitingBytes = 1024 * 1024;

/**
 * Written at once while the reader keeps up, so that nothing is lost at the end. A reader that stands still holds up no request: its lines
 * wait, and those beyond a bound are only counted. One that went away is no reason to die.
 */
const standardOutput = (tellLost: (lines: number) => void): DestinationStream => {
  const output = process.stdout;
  let lost = 0;
  output.on('error', () => undefined);
  output.on('drain', () => {
    if (lost === 0) return;
    const lines = lost;
    lost = 0;
    tellLost(lines);
  });
  return {
    write: (line) => {
      if (output.writableLength < mostWaitingBytes) output.write(line);
      else lost += 1;
    },
  };
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
