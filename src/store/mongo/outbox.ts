import type { Model } from 'mongoose';
import type { AuditEvent } from '../../model/audit-event.js';
import type { Collections } from './database.js';
import type { OutboxCarrier } from './documents.js';
import { isDuplicateKey } from './store-error.js';

/**
 * Moves events of one document to `audit_events`. Called before a change is acknowledged, so that whoever knows of the change finds its event;
 * what a crash leaves behind is moved by the sweep. Every step may be done twice.
 */
export const moveOutbox = async (
  collections: Collections,
  carrier: Model<OutboxCarrier>,
  { _id, outbox = [] }: OutboxCarrier,
): Promise<void> => {
  if (outbox.length === 0) return;
  for (const event of outbox) await insertEvent(collections, event);
  const moved = outbox.map(({ id }) => id);
  const theseAlone = { _id, outbox: { $size: moved.length }, $and: moved.map((id) => ({ 'outbox.id': id })) };
  const { matchedCount } = await collections.run(() => carrier.updateOne(theseAlone, { $unset: { outbox: 1 } }));
  if (matchedCount === 0) {
    await collections.run(() => carrier.updateOne({ _id }, { $pull: { outbox: { id: { $in: moved } } } }));
  }
};

/** An event that is there already is left as it is. */
export const insertEvent = async ({ audit, run }: Collections, event: AuditEvent): Promise<void> => {
  try {
    await run(() => audit.create({ _id: event.id, at: event.at, event }));
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
};

const batch = 100;

/** Moves what crashes have left behind. Returns how many documents it went through. */
export const moveOutboxes = async (collections: Collections): Promise<number> => {
  let moved = 0;
  for (const carrier of Object.values(collections.carriers)) {
    const left = await collections.run(() =>
      carrier
        .find({ 'outbox.id': { $exists: true } })
        .limit(batch)
        .lean<OutboxCarrier[]>(),
    );
    for (const document of left) await moveOutbox(collections, carrier, document);
    moved += left.length;
  }
  return moved;
};
