import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nearestName } from '../model/nearest-name.js';
import type { Problem } from './problem.js';
import { flagName, settingNames, variableName, type SettingName } from './settings.js';

/** A setting as it was given. */
export interface Given {
  /** Absent: it is in a file that could not be read, which is among the problems. */
  readonly text: string | undefined;
  /** What to call it in a sentence: `--port`, `TALLYGATE_PORT`, `port in tallygate.yaml`. */
  readonly calledHere: string;
}

export interface Source {
  readonly given: ReadonlyMap<SettingName, Given>;
  readonly problems: readonly Problem[];
}

interface Entry {
  readonly name: string;
  readonly text: string;
}

interface Spelling {
  /** How this source spells a setting, and what stands behind the name of one whose value is in a file. */
  readonly spell: (name: string) => string;
  readonly inFile: string;
  readonly call: (spelled: string) => string;
}

const flags: Spelling = { spell: flagName, inFile: '-file', call: (name) => `--${name}` };
const variables: Spelling = { spell: variableName, inFile: '_FILE', call: (name) => name };
const keys: Spelling = { spell: flagName, inFile: '-file', call: (name) => `${name} in tallygate.yaml` };

/** `--name value`, `--name=value`, and `--name` alone for true. */
export const fromFlags = (argv: readonly string[]): Source => {
  const entries: Entry[] = [];
  const problems: Problem[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const [, name, , value] = /^--([A-Za-z][\w-]*)(=(.*))?$/s.exec(argv[index] ?? '') ?? [];
    const next = argv[index + 1];
    if (name === undefined) {
      problems.push({
        sentence: `Argument ${index + 1} is no flag. Flags look like --port 8443, and npm wants two dashes before them: npm start -- --port 8443. npm start -- --help lists them, and the commands.`,
      });
    } else if (value === undefined && next !== undefined && !next.startsWith('--')) {
      entries.push({ name, text: next });
      index += 1;
    } else {
      entries.push({ name, text: value ?? 'true' });
    }
  }
  return withProblems(resolve(entries, flags), problems);
};

/** Every variable that begins with TALLYGATE_; one that is empty counts as not set. */
export const fromEnvironment = (environment: Readonly<Record<string, string | undefined>>): Source =>
  resolve(
    Object.entries(environment).flatMap(([name, text]) =>
      name.startsWith('TALLYGATE_') && text !== undefined && text !== '' ? [{ name, text }] : [],
    ),
    variables,
  );

/** `tallygate.yaml` in the working folder, if there is one: one flat mapping. */
export const fromFile = async (folder: string): Promise<Source> =>
  withProblems(
    isThere(join(folder, 'tallygate.yaml')) ? await sourceIn(join(folder, 'tallygate.yaml')) : nothing,
    isThere(join(folder, 'tallygate.yml')) ? [{ sentence: otherEnding }] : [],
  );

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

const nothing: Source = { given: new Map(), problems: [] };

const otherEnding =
  'There is a file tallygate.yml, which nothing reads: settings stand in tallygate.yaml. Rename it, or remove it.';

const sourceIn = async (path: string): Promise<Source> => {
  const text = contentOf(path);
  if (text === undefined) return refused('tallygate.yaml cannot be read: it must be a file that this user may read.');
  const read = await mappingIn(text);
  if (!('mapping' in read))
    return refused(`${oneMapping}${read.line === undefined ? '' : ` Look at line ${read.line}.`}`);
  const entries = Object.entries(read.mapping).map(([name, value]) => ({ name, text: listed(value) }));
  const problems = entries
    .filter(({ text }) => text === undefined)
    .map(({ name }) => ({ sentence: `${keys.call(name)} must be one value, or a list of values.` }));
  return withProblems(
    resolve(
      entries.flatMap(({ name, text }) => (text === undefined || text === '' ? [] : [{ name, text }])),
      keys,
    ),
    problems,
  );
};

const refused = (sentence: string): Source => ({ ...nothing, problems: [{ sentence }] });

const oneMapping =
  'tallygate.yaml must be one YAML mapping, like `port: 8443`, with each key once; tags and unknown aliases are not taken.';

/** @returns the mapping; or the line that is wrong, where it is one */
const mappingIn = async (
  text: string,
): Promise<{ readonly mapping: object } | { readonly line: number | undefined }> => {
  const { parseDocument, isMap } = await import('yaml');
  try {
    const document = parseDocument(text, { logLevel: 'error' });
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) return { line: problem.linePos?.[0].line };
    if (document.contents !== null && !isMap(document.contents)) return { line: undefined };
    const content: unknown = document.toJS();
    return typeof content === 'object' ? { mapping: content ?? {} } : { line: undefined };
  } catch {
    return { line: undefined }; // an alias of nothing, or so much in so few lines that it is an attack
  }
};

const listed = (value: unknown): string | undefined => {
  if (!Array.isArray(value)) return scalar(value);
  const items = value.map(scalar);
  return items.includes(undefined) ? undefined : items.join(',');
};

const scalar = (value: unknown): string | undefined => {
  if (value === null) return '';
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
};

const withProblems = (source: Source, problems: readonly Problem[]): Source => ({
  given: source.given,
  problems: [...problems, ...source.problems],
});

/** Names what each entry is; what ends in _FILE is read from there, without the end of line that editors add. */
const resolve = (entries: readonly Entry[], { spell, inFile, call }: Spelling): Source => {
  const names = new Map(settingNames.map((name) => [spell(name), name]));
  const given = new Map<SettingName, Given>();
  const problems: Problem[] = [];
  for (const { name: spelled, text } of entries) {
    const plain = names.get(spelled);
    const name = plain ?? (spelled.endsWith(inFile) ? names.get(spelled.slice(0, -inFile.length)) : undefined);
    const value = plain === undefined && name !== undefined ? contentOf(text) : text;
    const before = name === undefined ? undefined : given.get(name);
    if (value === undefined) problems.push({ sentence: `${call(spelled)} names a file that ${whyNot(text)}.` });
    if (name === undefined) problems.push(unknown(spelled, { names: [...names.keys()], inFile, call }));
    else if (before !== undefined) problems.push(givenTwice(before.calledHere, call(spelled)));
    else given.set(name, { text: value, calledHere: call(spelled) });
  }
  return { given, problems };
};

const givenTwice = (first: string, second: string): Problem => ({
  sentence:
    first === second
      ? `${first} is given twice: leave one of the two.`
      : `${first} and ${second} are one setting, given twice: leave one of the two.`,
});

const contentOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
};

const whyNot = (path: string): string => {
  try {
    return isThere(path) ? 'cannot be read' : 'is not there';
  } catch {
    return 'cannot be read'; // a folder on the way is closed to this user
  }
};

const unknown = (
  spelled: string,
  {
    names,
    inFile,
    call,
  }: { readonly names: readonly string[]; readonly inFile: string; readonly call: Spelling['call'] },
): Problem => {
  // With the dashes of a flag: of a short name two characters may be wrong, or have changed places.
  const candidates = [...names, ...names.map((name) => name + inFile)].map((name) => `--${name}`);
  const nearest = nearestName(`--${spelled}`, candidates)?.slice(2);
  const hint = nearest === undefined ? 'npm start -- --help lists them.' : `The nearest one is ${call(nearest)}.`;
  return { sentence: `There is no setting ${call(spelled)}. ${hint}` };
};
