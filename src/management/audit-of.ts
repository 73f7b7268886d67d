import { randomId, sha256 } from '../crypto/random-token.js';
import type { Actor } from '../model/actor.js';
import type { AuditEvent } from '../model/audit-event.js';
import type { EpochMillis } from '../model/clock.js';
import type { ManagementErrorCode } from '../model/management-error.js';

interface Deed {
  /** Name of the mutation. */
  readonly action: string;
  readonly target?: string;
  readonly changes?: string | undefined;
  /** Where `createOnce` gave one; otherwise a new one is made. */
  readonly id?: string;
}

/** The event of a mutation that was carried out; it belongs into the write that makes the change. */
export const auditOf = (actor: Actor, at: EpochMillis, deed: Deed): AuditEvent => ({
  id: deed.id ?? randomId('event'),
  at,
  action: deed.action,
  outcome: 'ok',
  ...caller(actor),
  ...(deed.target === undefined ? {} : { target: deed.target }),
  ...(deed.changes === undefined ? {} : { changes: deed.changes }),
});

/**
 * The event of a refused mutation. Its id follows from client, action, code, target and minute: what is refused over and over makes
 * one event a minute, the first one, because a store keeps what is there under an id.
 */
export const refusalEventOf = (
  actor: Actor,
  at: EpochMillis,
  refused: { readonly action: string; readonly code: ManagementErrorCode; readonly target?: string },
): AuditEvent => ({
  id: eventId(['refused', actor.clientId, refused.action, refused.code, refused.target ?? '', Math.floor(at / 60_000)]),
  at,
  action: refused.action,
  outcome: refused.code,
  ...caller(actor),
  ...(refused.target === undefined ? {} : { target: refused.target }),
});

/** The id of the event that tells of the creation of `targetId` under an idempotency key: found later, it says that the object once was. */
export const creationEventId = (claimKey: string, targetId: string): string => eventId(['created', claimKey, targetId]);

const eventId = (parts: readonly (string | number)[]): string => `evt_${sha256(JSON.stringify(parts)).slice(0, 27)}`;

const caller = (actor: Actor) => ({
  actor: actor.clientId,
  requestId: actor.requestId,
  ...(actor.remoteAddress === undefined ? {} : { remoteAddress: actor.remoteAddress }),
});
