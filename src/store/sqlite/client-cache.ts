import { keySetsOf, type Application, type Client } from '../../model/application.js';

/** Clients by client id, as they are committed: whatever writes an application forgets it after COMMIT, and nobody else writes the file. */
export interface ClientCache {
  find(clientId: string): Client | undefined;
  keep(clientId: string, client: Client): void;
  forget(applicationId: string): void;
}

/** Bounds the memory; more clients than that are rarely busy at the same time. */
const clientLimit = 10_000;

export const createClientCache = (): ClientCache => {
  const clients = new Map<string, Client>();
  const clientIds = new Map<string, Set<string>>();
  return {
    find: (clientId) => clients.get(clientId),
    keep: (clientId, client) => {
      if (clients.size >= clientLimit) {
        clients.clear();
        clientIds.clear();
      }
      const { id } = client.application;
      clients.set(clientId, client);
      clientIds.set(id, (clientIds.get(id) ?? new Set()).add(clientId));
    },
    forget: (applicationId) => {
      for (const clientId of clientIds.get(applicationId) ?? []) clients.delete(clientId);
      clientIds.delete(applicationId);
    },
  };
};

export const clientOf = (application: Application, clientId: string): Client | undefined => {
  const keySet = keySetsOf(application).find((candidate) => candidate.clientId === clientId);
  return keySet && { application, keySet };
};
