import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { compose, type Composition, type Parts } from './compose.js';
import type { Config } from './config.js';
import type { Problem } from './configuration/problem.js';
import { variableName } from './configuration/settings.js';
import { startJobs } from './jobs.js';
import { errorFields } from './model/error-fields.js';
import type { Log } from './model/log.js';
import { ensureBootstrapClient } from './start/bootstrap-client.js';
import { ensureQuickstart, type Quickstart } from './start/quickstart.js';
import { lookAtStore, openStore } from './store/open-store.js';
import { StoreUnavailable, type Store } from './store/port/store.js';
import { logWhile, storeWaitNotes } from './store-wait.js';

/** The product at work. */
export interface Product {
  readonly store: Store;
  /** Answers every request of the public listener. */
  readonly handler: RequestListener;
  /** What this start made because it was the first one, in development. */
  readonly quickstart?: Quickstart;
  /** See `Composition`. */
  makeRest(): Promise<void>;
  /** After the last answer: writes what waits in memory and closes the store. */
  close(): Promise<void>;
}

export interface Opening {
  readonly config: Config;
  readonly parts: Omit<Parts, 'store'>;
  /** Called each time the store was found to be away. */
  readonly putOff: () => void;
  readonly isLeaving: () => boolean;
}

/** A try of MongoDB's that fails has taken a second, in which it connects by itself again and again. */
const retryMillis = 100;

/**
 * Opens the store and puts the product together. A store that is away is tried again, each time by a new client, until it is there;
 * undefined: the server was told to stop before that.
 * @throws StartRefused, StoreRefused when the start must stop
 */
export const openProduct = async (opening: Opening): Promise<Product | undefined> => {
  const noteWait = storeWaitNotes(opening.parts.log);
  while (!opening.isLeaving()) {
    try {
      return await openOnce(opening);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      noteWait(error);
      opening.putOff();
    }
    await pause(retryMillis);
  }
  return undefined;
};

/** The store alone, for a look beside a running server. */
export const openStoreToRead = (config: Config): Promise<Store> => openStore(databaseUrlOf(config), { access: 'read' });

/** What can be said against the store before it is opened, without changing anything. */
export const storeProblems = async (settings: StoreSettings): Promise<readonly Problem[]> => {
  const refusal = await lookAtStore(databaseUrlOf(settings));
  return refusal === undefined ? [] : [{ sentence: refusal.message }];
};

type StoreSettings = Pick<Config, 'databaseUrl' | 'dataDir'>;

/** Where everything is kept. */
const databaseUrlOf = ({ databaseUrl, dataDir }: StoreSettings): string =>
  databaseUrl?.reveal() ?? `file:${join(dataDir, 'tallygate.db')}`;

const openOnce = async (opening: Opening): Promise<Product> => {
  const { config, parts } = opening;
  let isOpen = false;
  const store = await openStore(databaseUrlOf(config), { log: logWhile(() => isOpen, parts.log) });
  try {
    const composition = await compose({ ...parts, store });
    const quickstart = await closingOnError(composition, () => makeFirstClients(composition, opening));
    const { handler, jobs } = composition;
    const makeRest = () => composition.makeRest();
    const running = startJobs(jobs, parts.log);
    isOpen = true;
    const close = () => closeAll({ store, composition, running, log: parts.log });
    return { store, handler, makeRest, close, ...(quickstart === undefined ? {} : { quickstart }) };
  } catch (error) {
    await store.close();
    throw error;
  }
};

const makeFirstClients = async (
  { oauth }: Composition,
  { config, parts }: Opening,
): Promise<Quickstart | undefined> => {
  const hasSecret = await ensureBootstrapClient(oauth, config);
  if (!hasSecret) parts.log.warn({ clientId: config.bootstrapClientId }, 'bootstrap_secret_differs');
  if (config.mode === 'development') return ensureQuickstart(oauth, config.dataDir);
  const isEmpty = (await oauth.store.applications.count({})) === 0;
  if (isEmpty) parts.log.warn({ settings: bootstrapSettings }, 'nobody_can_administer');
  return undefined;
};

/** What makes a first client. */
const bootstrapSettings = ['bootstrapClientId', 'bootstrapClientSecret'].map(variableName);

const closingOnError = async <T>(composition: Composition, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    await composition.close();
    throw error;
  }
};

interface Closing {
  readonly store: Store;
  readonly composition: Composition;
  readonly running: ReturnType<typeof startJobs>;
  readonly log: Log;
}

const closeAll = async ({ store, composition, running, log }: Closing): Promise<void> => {
  await running.stop();
  await composition.flush().catch((error: unknown) => log.warn(errorFields(error), 'figures_lost'));
  await composition.close();
  await store.close();
};
