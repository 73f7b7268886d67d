import { flagName, settingNames, settings, variableName } from './settings.js';

/** The table of settings for the README, in Markdown. */
export const settingsTable = (): string =>
  [
    '| setting | default | meaning |',
    '|---|---|---|',
    ...settingNames.map((name) => {
      const { byDefault, meaning } = settings[name];
      return `| \`${variableName(name)}\` | ${byDefault} | ${meaning} |`;
    }),
  ].join('\n');

/** What `--help` prints. */
export const helpText = (version: string): string =>
  [
    `Tallygate ${version}: OAuth 2.0 tokens with a GraphQL control plane, and exact counts of who registered.`,
    '',
    'npm start -- --port 8443     or     TALLYGATE_PORT=8443 npm start     or     port: 8443 in tallygate.yaml',
    '',
    'Flags win over environment variables, those over tallygate.yaml (a key is a flag without its dashes), and that',
    'over the defaults. Any name can end in -file (_FILE in the environment): the value is then read from that file.',
    '',
    '  --help (-h), --version',
    '',
    '  verify-statistics, in front of all flags',
    '      Instead of a server: counts every registration again, also beside a running server, and prints what differs.',
    ...settingNames.flatMap((name) => {
      const { byDefault, meaning } = settings[name];
      const fallback = byDefault === '' ? '' : ` Default: ${byDefault}.`;
      return ['', `  --${flagName(name)}, ${variableName(name)}`, `      ${(meaning + fallback).replaceAll('`', '')}`];
    }),
  ].join('\n');
