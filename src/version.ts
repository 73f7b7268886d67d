import { readFileSync } from 'node:fs';

/** The version in package.json, which is one folder up from here and from what is built of this. */
export const productVersion = (): string => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? '0.0.0';
};
