import { expect, it } from '@jest/globals';
import { createLog, type LogOptions } from '../src/log.js';
import { Secret } from '../src/model/secret.js';

const logged = (
  options: Pick<LogOptions, 'level' | 'format'>,
  write: (log: ReturnType<typeof createLog>) => void,
): string[] => {
  const lines: string[] = [];
  write(createLog({ ...options, destination: { write: (line) => void lines.push(line) } }));
  return lines;
};

it('writes one JSON object a line: level, time, fields, event', () => {
  const [line = ''] = logged({ level: 'info', format: 'json' }, (log) => log.info({ clientId: 'c1' }, 'token_refused'));
  expect(line.endsWith('\n')).toBe(true);
  expect(JSON.parse(line)).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    clientId: 'c1',
    event: 'token_refused',
  });
});

it('writes a line for people on a terminal', () => {
  const lines = logged({ level: 'info', format: 'text' }, (log) =>
    log.warn({ port: 9000, why: 'in use' }, 'no_listener'),
  );
  expect(lines).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d warn {2}no_listener port=9000 why="in use"\n$/)]);
});

it('leaves out what is below its level', () => {
  expect(logged({ level: 'warn', format: 'json' }, (log) => log.info({}, 'ready'))).toEqual([]);
});

it('shows no secret, however deep', () => {
  const secret = new Secret('hunter2');
  for (const format of ['json', 'text'] as const) {
    const lines = logged({ level: 'info', format }, (log) => log.info({ secret, deep: { list: [secret] } }, 'made'));
    expect(lines.join('')).not.toContain('hunter2');
    expect(lines.join('')).toContain('[secret]');
  }
});
