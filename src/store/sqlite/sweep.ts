import { later, type EpochMillis } from '../../model/clock.js';
import { familyRetention } from '../../model/token-family.js';
import type { Engine } from './engine.js';
import { applicationRemoval, userErasure } from './removal.js';

/** Rows of one table in one step: no login waits long for it. */
const stepSize = 100;

/** Figures of the registrations are kept in the write that changes them, and audit events too: there is nothing to close or to move. */
export const sqliteSweep = (engine: Engine): ((at: EpochMillis) => Promise<number>) => {
  const removal = applicationRemoval(engine);
  const erasure = userErasure(engine);
  const families = (end: string) =>
    engine.statement(
      `DELETE FROM families WHERE rowid IN (SELECT rowid FROM families WHERE ${end} <= ? LIMIT ${stepSize})`,
    );
  const revoked = families('revoked_at');
  const over = families('min(idle_expires_at, absolute_expires_at)');
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
        revoked.run(later(at, -familyRetention.afterRevocationSeconds)) +
        over.run(later(at, -familyRetention.afterExpirySeconds)) +
        expired.reduce((sum, deletion) => sum + deletion.run(at), 0) +
        removal.resume() +
        erasure.resume(),
    );
};
