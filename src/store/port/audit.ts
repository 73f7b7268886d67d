import type { AuditEvent } from '../../model/audit-event.js';
import type { Page, PageRequest } from '../../model/page.js';

export interface AuditFilter {
  readonly action?: string;
  readonly target?: string;
  readonly outcome?: string;
}

export interface AuditStore {
  /** Writes an event that no write of this store carries: of a refusal, and of what changed nothing. One with the same id is there already: nothing happens. */
  append(event: AuditEvent): Promise<void>;
  find(id: string): Promise<AuditEvent | undefined>;
  /** Newest first: (at, id) descending. */
  page(filter: AuditFilter, request: PageRequest): Promise<Page<AuditEvent>>;
}
