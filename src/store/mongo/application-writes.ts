import { randomUUID } from 'node:crypto';
import { keySetsOf, nameKey, publicOriginsOf, type Application } from '../../model/application.js';
import type { AuditEvent } from '../../model/audit-event.js';
import type { ApplicationCollision } from '../port/applications.js';
import { StoreUnavailable } from '../port/store.js';
import type { Database } from './database.js';
import type { ApplicationDocument } from './documents.js';
import { moveOutbox } from './outbox.js';
import { finishRemoval } from './remove-application.js';
import { isDuplicateKey } from './store-error.js';

const live = { removedAt: { $exists: false } };

/** A unique key was taken and free again when it was looked for: tried anew so often. */
const rounds = 20;

const unlucky = (): StoreUnavailable => new StoreUnavailable('An application collides again and again.');

/**
 * Names and client ids are unique by indexes over the application's one document, so that a crash leaves nothing behind that blocks them. The
 * collection stays on one shard for that; it is small.
 */
export const createApplication = async (
  database: Database,
  application: Application,
  audit: AuditEvent,
): Promise<'created' | ApplicationCollision> => {
  const writer = randomUUID();
  const document = { _id: application.id, ...fieldsOf(application), outbox: [audit], writer };
  if (repeatsClientId(application)) return 'client_id_taken';
  for (let round = 0; round < rounds; round++) {
    const there = await insert(database, document);
    if (there === undefined || there?.writer === writer) {
      await moveOutbox(database, database.carriers.applications, document);
      return 'created';
    }
    const collision = await collisionOf(database, application);
    if (collision !== undefined) return collision;
    if (there !== null) return 'id_taken';
  }
  throw unlucky();
};

/** Undefined: inserted. Else a unique key was taken: what stands under the id, if anything does. */
const insert = async (
  { applications, run }: Database,
  document: ApplicationDocument,
): Promise<undefined | ApplicationDocument | null> => {
  try {
    await run(() => applications.create(document));
    return undefined;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return run(() => applications.findById(document._id).lean<ApplicationDocument>());
  }
};

export const replaceApplication = async (
  database: Database,
  next: Application,
  { expectedVersion, audit }: { readonly expectedVersion: number; readonly audit: AuditEvent },
): Promise<'replaced' | 'version_moved' | 'unknown' | ApplicationCollision> => {
  const writer = randomUUID();
  if (repeatsClientId(next)) return 'client_id_taken';
  for (let round = 0; round < rounds; round++) {
    const written = await replace(database, next, { expectedVersion, audit, writer });
    if (written === undefined) {
      const collision = await collisionOf(database, next);
      if (collision !== undefined) return collision;
      continue;
    }
    if (written === 'version_moved' || written === 'unknown') return written;
    await moveOutbox(database, database.carriers.applications, { _id: next.id, outbox: [audit] });
    return 'replaced';
  }
  throw unlucky();
};

/** Undefined: a unique key is taken. */
const replace = async (
  database: Database,
  next: Application,
  by: { readonly expectedVersion: number; readonly audit: AuditEvent; readonly writer: string },
): Promise<ApplicationDocument | 'version_moved' | 'unknown' | undefined> => {
  const { clientIds, publicOrigins, ...set } = fieldsOf(next);
  const change = {
    $set: { ...set, ...(clientIds && { clientIds }), ...(publicOrigins && { publicOrigins }), writer: by.writer },
    $unset: { ...(clientIds ? {} : { clientIds: 1 }), ...(publicOrigins ? {} : { publicOrigins: 1 }) },
    $push: { outbox: by.audit },
  };
  try {
    const written = await database.run(() =>
      database.applications
        .findOneAndUpdate({ _id: next.id, version: by.expectedVersion, ...live }, change, { returnDocument: 'after' })
        .lean<ApplicationDocument>(),
    );
    return written ?? (await found(database, next.id, by.writer));
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return undefined;
  }
};

/** After a write that matched nothing: the document if this very call wrote it and the reply was lost. */
const found = async (
  { applications, run }: Database,
  id: string,
  writer: string,
): Promise<ApplicationDocument | 'version_moved' | 'unknown'> => {
  const there = await run(() => applications.findOne({ _id: id, ...live }).lean<ApplicationDocument>());
  if (there === null) return 'unknown';
  return there.writer === writer ? there : 'version_moved';
};

export const removeApplication = async (
  database: Database,
  id: string,
  { expectedVersion, audit }: { readonly expectedVersion: number | undefined; readonly audit: AuditEvent },
): Promise<'removed' | 'version_moved' | 'unknown'> => {
  const { applications, run } = database;
  const writer = randomUUID();
  const version = expectedVersion === undefined ? {} : { version: expectedVersion };
  const removed = await run(() =>
    applications
      .findOneAndUpdate(
        { _id: id, ...live, ...version },
        {
          $set: { removedAt: database.clock(), cleaning: true, writer },
          $unset: { nameKey: 1, clientIds: 1, publicOrigins: 1, version: 1, createdAt: 1, application: 1 },
          $push: { outbox: audit },
        },
        { returnDocument: 'after' },
      )
      .lean<ApplicationDocument>(),
  );
  const tombstone = removed ?? (await run(() => applications.findOne({ _id: id, writer }).lean<ApplicationDocument>()));
  if (tombstone === null) {
    return (await run(() => applications.exists({ _id: id, ...live }))) === null ? 'unknown' : 'version_moved';
  }
  await moveOutbox(database, database.carriers.applications, tombstone);
  await finishRemoval(database, id);
  return 'removed';
};

/** What is indexed beside the application itself. */
const fieldsOf = (application: Application) => {
  const clientIds = keySetsOf(application).map(({ clientId }) => clientId);
  const origins = application.enabled ? publicOriginsOf(application) : [];
  return {
    nameKey: nameKey(application.name),
    version: application.version,
    createdAt: application.createdAt,
    application,
    ...(clientIds.length === 0 ? {} : { clientIds }),
    ...(origins.length === 0 ? {} : { publicOrigins: [...origins] }),
  };
};

/** An index does not see that one document holds a value twice. */
const repeatsClientId = (application: Application): boolean => {
  const clientIds = keySetsOf(application).map(({ clientId }) => clientId);
  return new Set(clientIds).size < clientIds.length;
};

/** What of another application's is in the way. */
const collisionOf = async (
  { applications, run }: Database,
  application: Application,
): Promise<'name_taken' | 'client_id_taken' | undefined> => {
  const others = { _id: { $ne: application.id } };
  const name = { ...others, nameKey: nameKey(application.name) };
  if ((await run(() => applications.exists(name))) !== null) return 'name_taken';
  const clientIds = keySetsOf(application).map(({ clientId }) => clientId);
  const clients = { ...others, clientIds: { $in: clientIds } };
  return (await run(() => applications.exists(clients))) === null ? undefined : 'client_id_taken';
};
