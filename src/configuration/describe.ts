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

/** What `--help` prints, in 80 columns. */
export const helpText = (version: string): string =>
  [
    ...wrapped(
      `Tallygate ${version}: OAuth 2.0 tokens with a GraphQL control plane, and exact counts of who registered.`,
      '',
    ),
    '',
    '  npm start -- --port 8443',
    '  TALLYGATE_PORT=8443 npm start',
    '  port: 8443                       in tallygate.yaml',
    '',
    ...wrapped(
      'Flags win over environment variables, those over tallygate.yaml (a key is a flag without its dashes), and that over the defaults. Any name can end in -file (_FILE in the environment): the value is then read from that file.',
      '',
    ),
    '',
    '  --help (-h), --version',
    '',
    '  verify-statistics, in front of all flags',
    ...wrapped(
      'Instead of a server: counts every registration again, also beside a running server, and prints what differs.',
      meaningIndent,
    ),
    ...settingNames.flatMap((name) => {
      const { byDefault, meaning } = settings[name];
      const fallback = byDefault === '' ? '' : ` Default: ${byDefault}.`;
      const text = (meaning + fallback).replaceAll('`', '');
      return ['', `  --${flagName(name)}, ${variableName(name)}`, ...wrapped(text, meaningIndent)];
    }),
  ].join('\n');

const meaningIndent = '      ';
const columns = 80;

const wrapped = (text: string, indent: string): readonly string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(indent + word);
  }
  return lines;
};
