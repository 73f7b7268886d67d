import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createMetrics } from '../../src/metrics.js';

const page = readFileSync('docs/operations.md', 'utf8');

/** The rows under a heading, cell by cell. */
const rowsOf = (heading: string): readonly (readonly string[])[] =>
  (page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

const namesIn = (cell = ''): readonly string[] => [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);

/** Path → text. */
const sourcesOf = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => [file, readFileSync(`${folder}/${file}`, 'utf8')]),
  );

describe('the page about operations', () => {
  it('lists every metric of ours with its labels', async () => {
    const metrics = createMetrics();
    metrics.addRegisteredUsers(() => Promise.resolve(new Map([['app_1', 1]])));
    metrics.noteAnswer('/token', 200, 0.1);
    metrics.noteIssued('password');
    metrics.noteRefused('invalid_client');
    const text = await metrics.page();
    const served = [...text.matchAll(/^# HELP (tallygate_\w+)/gm)].map(([, name = '']) => {
      const labels = new RegExp(`^${name}(?:_count)?\\{(.*?)\\}`, 'm').exec(text)?.[1] ?? '';
      return [name, ...[...labels.matchAll(/(\w+)=/g)].map(([, label]) => label)];
    });
    expect(rowsOf('Metrics').map(([, name, labels]) => [...namesIn(name), ...namesIn(labels)])).toEqual(served);
  });

  it('lists every event of the log with its level', () => {
    const logged = [...sourcesOf('src').values()].flatMap((text) =>
      [...text.matchAll(/log\??\.(debug|info|warn|error)\([^;]*?'([a-z_]+)',?\s*\)/g)].map(
        ([, level = '', event = '']) => `${event} ${level}`,
      ),
    );
    const listed = rowsOf('Log').flatMap(([, events, levels = '']) =>
      namesIn(events).flatMap((event) => levels.split(', ').map((level) => `${event} ${level}`)),
    );
    expect(listed.toSorted()).toEqual([...new Set(logged)].toSorted());
  });

  it('misses no event, since none is logged at a level that is worked out', () => {
    const sources = sourcesOf('src');
    expect([...sources].filter(([, text]) => /\blog\??\.?\[/.test(text)).map(([file]) => file)).toEqual([]);
  });
});
