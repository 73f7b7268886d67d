import { keySetsOf, type Application, type KeyEnvironment, type KeySet } from '../model/application.js';

/** The application with a key set put in or replaced. */
export const withKeySet = (application: Application, keySet: KeySet): Application => ({
  ...application,
  keys: { ...application.keys, [keySet.environment]: keySet },
});

/** The application without its key set of an environment. */
export const withoutKeySet = (application: Application, environment: KeyEnvironment): Application => ({
  ...application,
  keys: Object.fromEntries(Object.entries(application.keys).filter(([name]) => name !== environment)),
});

export const keySetByClientId = (application: Application, clientId: string): KeySet | undefined =>
  keySetsOf(application).find((keySet) => keySet.clientId === clientId);

export const keySetById = (application: Application, id: string): KeySet | undefined =>
  keySetsOf(application).find((keySet) => keySet.id === id);
