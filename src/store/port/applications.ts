import type { Application, Client } from '../../model/application.js';
import type { AuditEvent } from '../../model/audit-event.js';
import type { Page, PageRequest } from '../../model/page.js';

export interface ApplicationFilter {
  /** Part of the name's folded form. */
  readonly nameContains?: string;
  readonly enabled?: boolean;
  readonly label?: { readonly key: string; readonly value: string };
}

/** Why a write lost; unique are the id, the folded name and each client id, over all applications. */
export type ApplicationCollision = 'id_taken' | 'name_taken' | 'client_id_taken';

/** Every write is one document or row with its audit event: both are durable or neither. */
export interface ApplicationStore {
  create(application: Application, audit: AuditEvent): Promise<'created' | ApplicationCollision>;

  /**
   * Compare-and-set on `version`: replaces the application when its stored version is `expectedVersion`.
   * `next.version` must be `expectedVersion + 1`. Under a race exactly one caller gets `replaced`.
   */
  replace(
    next: Application,
    expectedVersion: number,
    audit: AuditEvent,
  ): Promise<'replaced' | 'version_moved' | 'unknown' | ApplicationCollision>;

  /**
   * Removes the application with its families, opaque tokens and registrations. The first write makes it invisible, frees its
   * names and carries the event; the rest is cleaning that `Store.sweep` finishes after a crash. With `expectedVersion` that write is a
   * compare-and-set like `replace`.
   */
  remove(id: string, audit: AuditEvent, expectedVersion?: number): Promise<'removed' | 'version_moved' | 'unknown'>;

  find(id: string): Promise<Application | undefined>;
  findByName(nameKey: string): Promise<Application | undefined>;
  findMany(ids: readonly string[]): Promise<readonly Application[]>;

  /** The hot path. A decision depends on it, so it is current: exactly invalidated cache on SQLite, primary read on MongoDB. */
  findClient(clientId: string): Promise<Client | undefined>;

  /** Makes up for what `findClient` saved on a client that it found: afterwards both together took as long as for an id that nobody has. */
  findNobody(): Promise<void>;

  /** Whether some enabled application has it among its `publicOriginsOf`. Decides CORS headers only. */
  isPublicOrigin(origin: string): Promise<boolean>;

  /** Ordered by (createdAt, id) ascending. */
  page(filter: ApplicationFilter, request: PageRequest): Promise<Page<Application>>;
  count(filter: ApplicationFilter): Promise<number>;
}
