import type { EpochMillis } from './clock.js';

/** What a management call did or was refused. `changes` is JSON without secrets and without the values of user fields. */
export interface AuditEvent {
  readonly id: string;
  readonly at: EpochMillis;
  /** The acting client's id. */
  readonly actor: string;
  /** Name of the mutation; or what the server did by itself: `retireClientSecrets`, `keepAdministrator`. */
  readonly action: string;
  /** `ok` or the error code. */
  readonly outcome: string;
  /** Id of what was changed. */
  readonly target?: string;
  readonly requestId: string;
  readonly remoteAddress?: string;
  readonly changes?: string;
}
