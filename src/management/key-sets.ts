import { keySetsOf, type Application, type Client, type KeyEnvironment, type KeySet } from '../model/application.js';
import { familyPart, grantNames, type GrantName } from '../model/grant-name.js';
import { notFound } from '../model/management-error.js';

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

/** @throws ManagementError NOT_FOUND */
export const clientById = (application: Application, id: string): Client => {
  const keySet = keySetById(application, id);
  if (keySet === undefined) throw notFound('key set');
  return { application, keySet };
};

/** @throws ManagementError NOT_FOUND */
export const clientByClientId = (application: Application, clientId: string): Client => {
  const keySet = keySetByClientId(application, clientId);
  if (keySet === undefined) throw notFound('key set');
  return { application, keySet };
};

/** Ends everything that was issued to a key set so far. */
export const raiseEpoch = (keySet: KeySet): KeySet => ({ ...keySet, epoch: keySet.epoch + 1 });

/** Ends everything that was issued to a key set by these grants so far. */
export const raiseGrantEpochs = (keySet: KeySet, names: readonly GrantName[]): KeySet => {
  const raised = names.map((name) => [name, (keySet.grantEpochs[name] ?? 0) + 1] as const);
  return { ...keySet, grantEpochs: { ...keySet.grantEpochs, ...Object.fromEntries(raised) } };
};

/** Ends every token family of a key set, and nothing that the client got for itself. */
export const endFamilies = (keySet: KeySet): KeySet =>
  raiseGrantEpochs(
    keySet,
    grantNames.filter((name) => familyPart[name] === 'opens'),
  );
