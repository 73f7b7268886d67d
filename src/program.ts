import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { readConfig, type Config, type ConfigPlaces } from './config.js';
import { helpText } from './configuration/describe.js';
import { StartRefused } from './configuration/problem.js';
import { createLog } from './log.js';
import { errorFields } from './model/error-fields.js';
import type { Log } from './model/log.js';
import { openStoreToRead, storeProblems } from './open-product.js';
import { drainSeconds, startServer, type Server } from './server.js';
import { certificateProblems } from './start/certificate-files.js';
import { quickstartFile } from './start/quickstart.js';
import { welcomeBackText, welcomeText } from './start/welcome.js';
import { runVerifyStatistics } from './statistics/verify-command.js';
import { StoreRefused, StoreUnavailable } from './store/port/store.js';
import { productVersion } from './version.js';

/** EX_CONFIG of sysexits.h: settings or data that the operator must look at. */
const configurationStatus = 78;
/** EX_TEMPFAIL: the same may work a little later. */
const laterStatus = 75;

/** Says what a signal does from now on: before there is a server the process just ends. */
export type OnSignal = (heard: (signal: string) => void) => void;

/** Serves until it is told to stop, or does what a command asks for. Whatever goes wrong ends the process with what to do about it. */
export const runProgram = (argv: readonly string[], onSignal: OnSignal): Promise<void> =>
  run(argv, onSignal).catch((error: unknown) => endBy(error));

const run = async (argv: readonly string[], onSignal: OnSignal): Promise<void> => {
  const version = productVersion();
  const [command, ...flags] = argv;
  if (argv.includes('--help') || argv.includes('-h')) print(helpText(version));
  else if (argv.includes('--version')) print(version);
  else if (command === 'verify-statistics') await verify(await readConfig({ argv: flags, folder: process.cwd() }));
  else await serve({ config: await readConfig({ argv, folder: process.cwd(), withFiles }), version, onSignal });
};

/** The store, which takes a while to look at, refuses the start by itself where nothing else is wrong. */
const withFiles: NonNullable<ConfigPlaces['withFiles']> = async (values, problems) => {
  const known = [...problems, ...certificateProblems(values)];
  return known.length === 0 ? known : [...known, ...(await storeProblems(values))];
};

interface Serving {
  readonly config: Config;
  readonly version: string;
  readonly onSignal: OnSignal;
}

const serve = async ({ config, version, onSignal }: Serving): Promise<void> => {
  const isTerminal = process.stdout.isTTY;
  const log = createLog({ level: config.logLevel, format: config.logFormat ?? (isTerminal ? 'text' : 'json') });
  process.on('uncaughtException', (error) => endBy(error, log));
  const server = await startServer({ config, log, version });
  onSignal(stopping(server, config, log));
  const { issuer, port, managementUrl } = server;
  const { mode, host } = config;
  const place = { version, mode, issuer, host, port, managementUrl };
  log.info(place, 'listening');
  const product = await server.ready;
  if (product === undefined) return;
  log.info({ ...place, store: product.store.description }, 'ready');
  if (mode === 'production') return;
  const file = resolve(quickstartFile(config.dataDir));
  if (product.quickstart === undefined) {
    if (isTerminal) print(welcomeBackText(issuer, existsSync(file) ? file : undefined));
  } else if (isTerminal) print(welcomeText(issuer, { ...product.quickstart, file }));
  else log.info({ file }, 'first_start');
};

/** The exit status tells whether something differs. */
const verify = async (config: Config): Promise<void> => {
  const store = await openStoreToRead(config);
  try {
    process.exitCode = await runVerifyStatistics(store, print);
  } finally {
    await store.close();
  }
};

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Ctrl-C reaches npm and the server, and npm passes it on to the server: what follows a signal so closely is the same wish. */
const sameWishMillis = 1000;

/** The first signal lets everything finish, another one after it ends it. */
const stopping = (server: Server, config: Config, log: Log): ((signal: string) => void) => {
  const longestMillis = (drainSeconds(config) + config.shutdownTimeout + 10) * 1000;
  let told: 'not' | 'just now' | 'before' = 'not';
  return (signal) => {
    if (told === 'before') process.exit(1);
    if (told === 'just now') return;
    told = 'just now';
    setTimeout(() => (told = 'before'), sameWishMillis).unref();
    setTimeout(() => process.exit(1), longestMillis).unref();
    log.info({ signal }, 'stopping');
    server.stop().then(
      () => {
        log.info({}, 'stopped');
        process.exit(0);
      },
      (error: unknown) => endBy(error, log),
    );
  };
};

/** Ends the process: with what the operator must do, or with the place where it happened. */
const endBy = (error: unknown, log?: Log): void => {
  if (error instanceof StartRefused || error instanceof StoreRefused) {
    process.stderr.write(`${refusalText(error)}\n`);
    process.exit(configurationStatus);
  }
  if (log === undefined && error instanceof StoreUnavailable) {
    process.stderr.write('The store cannot be reached, or it went away: try again.\n');
    process.exit(laterStatus);
  }
  if (log === undefined) process.stderr.write(`${JSON.stringify(errorFields(error))}\n`);
  else log.error(errorFields(error), 'crashed');
  process.exit(1);
};

const refusalText = (refusal: StartRefused | StoreRefused): string => {
  const problems = refusal instanceof StartRefused ? refusal.problems : [{ sentence: refusal.message }];
  return [
    'Tallygate did not start:',
    ...problems.flatMap(({ sentence, line }) => [`- ${sentence}`, ...(line === undefined ? [] : [`    ${line}`])]),
  ].join('\n');
};
