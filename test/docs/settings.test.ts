import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { helpText, settingsTable } from '../../src/configuration/describe.js';
import { flagName, settingNames, settings, variableName } from '../../src/configuration/settings.js';

describe('the documentation of the settings', () => {
  it('is the same table in the README', () => {
    const readme = readFileSync('README.md', 'utf8');
    const [, written = ''] = /<!-- settings -->\n(.*)\n<!-- \/settings -->/s.exec(readme) ?? [];
    expect(written).toBe(settingsTable()); // node scripts/settings-table.mjs writes it
  });

  it('names and explains every setting in --help, in 80 columns', () => {
    const lines = helpText('1.2.3').split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    const help = lines.map((line) => line.trim()).join(' ');
    for (const name of settingNames) {
      const { meaning } = settings[name];
      expect(help).toContain(`--${flagName(name)}, ${variableName(name)} ${meaning.replaceAll('`', '')}`);
    }
  });
});
