// Writes the table of settings into the README: `npm run build && node scripts/settings-table.mjs`.
import { readFileSync, writeFileSync } from 'node:fs';
import { URL } from 'node:url';
import { settingsTable } from '../dist/configuration/describe.js';

const readme = new URL('../README.md', import.meta.url);
const text = readFileSync(readme, 'utf8');
writeFileSync(
  readme,
  text.replace(
    /(<!-- settings -->\n).*(<!-- \/settings -->)/s,
    (_, begin, end) => `${begin}${settingsTable()}\n${end}`,
  ),
);
