import { later, type EpochMillis } from '../../model/clock.js';
import { familyRetention } from '../../model/token-family.js';
import { closePeriods } from './close-periods.js';
import type { Database } from './database.js';
import { deleteSome } from './delete-some.js';
import type { ImportDocument } from './documents.js';
import { finishErasure } from './erase-user.js';
import { carryOut } from './import-registrations.js';
import { changeMillis } from './kept-periods.js';
import { moveOutboxes } from './outbox.js';
import { removalStep } from './remove-application.js';

/** What is finished at once. */
const batch = 10;

export const mongoSweep =
  (database: Database): ((at: EpochMillis) => Promise<number>) =>
  async (at) =>
    (await deleteExpired(database, at)) +
    (await moveOutboxes(database)) +
    (await finishErasures(database)) +
    (await finishRemovals(database)) +
    (await finishImports(database)) +
    (await closePeriods(database));

const deleteExpired = async (database: Database, at: EpochMillis): Promise<number> => {
  const expired = { expiresAt: { $lte: new Date(at) } };
  const over = { $lte: later(at, -familyRetention.afterExpirySeconds) };
  const revoked = { $lte: later(at, -familyRetention.afterRevocationSeconds) };
  const { accessTokens, deniedJwts, assertions, idempotency, families } = database;
  return (
    (await deleteSome(database, accessTokens, expired)) +
    (await deleteSome(database, deniedJwts, expired)) +
    (await deleteSome(database, assertions, expired)) +
    (await deleteSome(database, idempotency, expired)) +
    (await deleteSome(database, families, { idleExpiresAt: over })) +
    (await deleteSome(database, families, { absoluteExpiresAt: over })) +
    (await deleteSome(database, families, { revokedAt: revoked }))
  );
};

const finishErasures = async (database: Database): Promise<number> => {
  const interrupted = await database.run(() =>
    database.users.find({ cleaning: true }).select('_id').limit(batch).lean<{ _id: string }[]>(),
  );
  for (const { _id } of interrupted) await finishErasure(database, _id);
  return interrupted.length;
};

const finishRemovals = async (database: Database): Promise<number> => {
  const interrupted = await database.run(() =>
    database.applications.find({ cleaning: true }).select('_id').limit(batch).lean<{ _id: string }[]>(),
  );
  for (const { _id } of interrupted) await removalStep(database, _id);
  return interrupted.length;
};

/** Whoever moves `until` carries the import out. */
const finishImports = async (database: Database): Promise<number> => {
  const { imports, clock, run } = database;
  const interrupted = await run(() =>
    imports
      .find({ until: { $lte: clock() } })
      .limit(1)
      .lean<ImportDocument[]>(),
  );
  for (const document of interrupted) {
    const mine = { _id: document._id, until: document.until };
    const claim = { $set: { until: clock() + changeMillis } };
    const { matchedCount } = await run(() => imports.updateOne(mine, claim));
    if (matchedCount === 1) await carryOut(database, document);
  }
  return interrupted.length;
};
