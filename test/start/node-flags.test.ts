import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const textOf = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const flagsIn = (line: string | undefined): readonly string[] => line?.match(/--[a-z0-9=-]+/g) ?? [];

/** Decision 91: the heap of whoever starts the server is the one that was measured. */
it.each([
  { where: 'the bin entry', line: () => textOf('src/main.ts').split('\n')[0] },
  { where: 'the container image', line: () => /^ENTRYPOINT .*$/m.exec(textOf('Dockerfile'))?.[0] },
])('starts Node from $where with the flags of npm start', ({ line }) => {
  const flags = flagsIn(/"start": "(.*)"/.exec(textOf('package.json'))?.[1]);
  expect(flags).toHaveLength(3);
  expect(flagsIn(line())).toEqual(flags);
});
