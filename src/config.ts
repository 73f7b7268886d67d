import { isLoopback } from './configuration/loopback.js';
import { StartRefused, type Problem } from './configuration/problem.js';
import { safetyProblems } from './configuration/safety.js';
import { settingNames, settings, type SettingName, type SettingValues } from './configuration/settings.js';
import { fromEnvironment, fromFile, fromFlags, type Given } from './configuration/sources.js';
import { BadValue } from './configuration/values.js';

/** Everything that can be set, parsed and frozen. Nothing else reads the environment. */
export interface Config extends SettingValues {
  /** Production (`NODE_ENV=production`, or either listener beyond loopback) invents nothing. */
  readonly mode: 'development' | 'production';
}

export interface ConfigPlaces {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  /** Where tallygate.yaml may be. */
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Adds what is wrong with the files that the settings name to what is wrong already; absent: nobody is going to open them all. */
  readonly withFiles?: (values: SettingValues, problems: readonly Problem[]) => Promise<readonly Problem[]>;
}

/**
 * Flags win over environment variables, those over tallygate.yaml, and that over the defaults.
 * @throws StartRefused with everything that is wrong or missing, in one go
 */
export const readConfig = async (places: ConfigPlaces): Promise<Config> => {
  const { argv, folder, environment = process.env, withFiles } = places;
  const sources = [fromFlags(argv), fromEnvironment(environment), await fromFile(folder)];
  const given = new Map([...sources].reverse().flatMap((source) => [...source.given]));
  const { values, problems } = parse(given);
  const isLocal = isLoopback(values.host) && isLoopback(values.managementHost);
  const mode = environment['NODE_ENV'] === 'production' || !isLocal ? 'production' : 'development';
  const ofSettings = [
    ...sources.flatMap((source) => source.problems),
    ...problems,
    ...safetyProblems({ values, mode, isGiven: (name) => given.has(name) }),
  ];
  const all = withFiles === undefined ? ofSettings : await withFiles(values, ofSettings);
  if (all.length > 0) throw new StartRefused(all);
  return Object.freeze({ ...values, mode });
};

const parse = (
  given: ReadonlyMap<SettingName, Given>,
): { readonly values: SettingValues; readonly problems: readonly Problem[] } => {
  const problems: Problem[] = [];
  const values = settingNames.map((name): readonly [SettingName, unknown] => {
    const { parse: parseText, absent } = settings[name];
    const raw = given.get(name);
    if (raw?.text === undefined) return [name, absent];
    try {
      return [name, parseText(raw.text)];
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      problems.push({ sentence: `${raw.calledHere} ${error.message}` });
      return [name, absent];
    }
  });
  return { values: Object.fromEntries(values) as SettingValues, problems }; // the table pairs each name with its type
};
