import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import type { GraphqlDeps } from './graphql/graphql-deps.js';
import type { Graphql } from './http/graphql-delivery.js';
import { OAuthError, tryAgain } from './oauth/oauth-error.js';

/** The management API, which is loaded after the start, or with its first request. */
export interface LazyGraphql {
  /** @throws OAuthError temporarily_unavailable while it cannot be loaded: the next call tries again */
  ready(): Promise<Graphql>;
  /** Loads it if that can be done now. */
  begin(): Promise<void>;
  stop(): Promise<void>;
}

export const lazyGraphql = (deps: Omit<GraphqlDeps, 'verifyStatistics'>): LazyGraphql => {
  let loading: Promise<Graphql> | undefined;
  const ready = async (): Promise<Graphql> => {
    if (loading === undefined && !canOpen(filesAtOnce)) throw tryAgain('The server has too many connections open.', 1);
    loading ??= load(deps);
    return loading;
  };
  return {
    ready,
    begin: async () => {
      try {
        await ready();
      } catch (error) {
        if (!(error instanceof OAuthError)) throw error;
        deps.log.warn({}, 'management_api_put_off');
      }
    },
    stop: async () => {
      await (await loading)?.stop();
    },
  };
};

/** Half of all code that there is to load; nobody's first token waits for it. */
const load = async (deps: Omit<GraphqlDeps, 'verifyStatistics'>): Promise<Graphql> => {
  const { createGraphql } = await import('./http/graphql-delivery.js');
  const { verifyTogether } = await import('./statistics/verify-together.js');
  return createGraphql({ ...deps, verifyStatistics: verifyTogether(deps.oauth.store) });
};

/** Somewhat more than the loading has open at its height. */
const filesAtOnce = 128;

/**
 * Asked before anything is loaded: Node never again reads a module that it could not read once, so that only a new process could load it. A
 * flood of connections that begins in the middle of it still ends the process.
 */
const canOpen = (files: number): boolean => {
  const opened: number[] = [];
  try {
    while (opened.length < files) opened.push(openSync(devNull, 'r'));
    return true;
  } catch {
    return false;
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
};
