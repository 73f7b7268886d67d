import { readFileSync } from 'node:fs';

/** What to tell whoever runs an older Node than package.json asks for; undefined: it is new enough. Imports nothing that an old one lacks. */
export const nodeRefusal = (version: string): string | undefined => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const [, major = '0', minor = '0'] = /"node": ">=(\d+)\.(\d+)"/.exec(text) ?? [];
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number);
  if (ownMajor > Number(major) || (ownMajor === Number(major) && ownMinor >= Number(minor))) return undefined;
  return `Tallygate did not start:\n- It needs Node.js ${major}.${minor} or later, and this is ${version}: install a newer one, then run npm ci again.\n`;
};
