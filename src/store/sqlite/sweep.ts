import type { EpochMillis } from '../../model/clock.js';
import type { Engine } from './engine.js';
import { applicationRemoval } from './removal.js';

/** So long after its end a family is still shown in lists. */
const familyGraceMillis = 30 * 24 * 60 * 60 * 1000;

/** Rows of one table in one step: no login waits long for it. */
const stepSize = 100;

/** Figures of the registrations are kept in the write that changes them, and audit events too: there is nothing to close or to move. */
export const sqliteSweep = (engine: Engine): ((at: EpochMillis) => Promise<number>) => {
  const removal = applicationRemoval(engine);
  const families = engine.statement(
    `DELETE FROM families WHERE rowid IN (SELECT rowid FROM families
       WHERE min(idle_expires_at, absolute_expires_at, coalesce(revoked_at, absolute_expires_at)) <= ? LIMIT ${stepSize})`,
  );
  const expired = [
    ['access_tokens', 'digest'],
    ['denied_jwts', 'jti'],
    ['assertion_claims', 'key'],
    ['idempotency_claims', 'key'],
  ].map(([table, key]) =>
    engine.statement(
      `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE expires_at <= ? LIMIT ${stepSize})`,
    ),
  );
  return (at) =>
    engine.write(
      () =>
        families.run(at - familyGraceMillis) +
        expired.reduce((sum, deletion) => sum + deletion.run(at), 0) +
        removal.resume(),
    );
};
