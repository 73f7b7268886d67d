import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { helpText, settingsTable } from '../../src/configuration/describe.js';
import { flagName, settingNames, variableName } from '../../src/configuration/settings.js';

describe('the documentation of the settings', () => {
  it('is the same table in the README', () => {
    const readme = readFileSync('README.md', 'utf8');
    const [, written = ''] = /<!-- settings -->\n(.*)\n<!-- \/settings -->/s.exec(readme) ?? [];
    expect(written).toBe(settingsTable()); // node scripts/settings-table.mjs writes it
  });

  it('names every setting in --help', () => {
    const help = helpText('1.2.3');
    for (const name of settingNames) expect(help).toContain(`--${flagName(name)}, ${variableName(name)}`);
  });
});
