import { randomUUID } from 'node:crypto';
import type { UpdateQuery } from 'mongoose';
import type { AuditEvent } from '../../model/audit-event.js';
import type { User } from '../../model/user.js';
import type { UserChange, UserFilter, UserStore } from '../port/users.js';
import type { Database } from './database.js';
import type { UserDocument } from './documents.js';
import { finishErasure } from './erase-user.js';
import { all, behind, byAge, pageOf, when, type Condition } from './listing.js';
import { moveOutbox } from './outbox.js';
import { readTogether } from './read-together.js';
import { isDuplicateKey } from './store-error.js';
import { revokeFamilies } from './families.js';

/** An erased user's document keeps his id and, once his registrations are buried, no more. */
const live = { erasedAt: { $exists: false } };

export const mongoUsers = (database: Database): UserStore => ({
  create: (user, audit) => create(database, user, audit),
  update: (id, change, audit) => update(database, id, { change, audit }),
  rehash: async (id, expected, hash) => {
    const { users, run } = database;
    await run(() => users.updateOne({ _id: id, passwordHash: expected }, { $set: { passwordHash: hash } }));
  },
  erase: (id, audit) => erase(database, id, audit),
  ...lookups(database),
  ...listing(database),
});

const lookups = ({ users, run }: Database): Pick<UserStore, 'find' | 'findByUsername' | 'findMany'> => {
  const one = async (condition: Condition): Promise<User | undefined> => {
    const document = await run(() => users.findOne({ ...condition, ...live }).lean<UserDocument>());
    return document === null ? undefined : userOf(document);
  };
  // Of every login, and many may be of one user.
  const readByUsername = readTogether((username) =>
    users
      .findOne({ username, ...live })
      .lean<UserDocument>()
      .exec(),
  );
  return {
    find: (id) => one({ _id: id }),
    findByUsername: async (username) => {
      const document = await run(() => readByUsername(username));
      return document === null ? undefined : userOf(document);
    },
    findMany: async (ids) => usersOf(await run(() => users.find(among(ids)).sort(byAge).lean<UserDocument[]>())),
  };
};

const listing = ({ users, run }: Database): Pick<UserStore, 'page' | 'count'> => ({
  page: async (filter, request) => {
    const condition = all([...conditions(filter), ...behind(request, ['createdAt', '_id'], '$gt')]);
    const found = await run(() =>
      users
        .find(condition)
        .sort(byAge)
        .limit(request.first + 1)
        .lean<UserDocument[]>(),
    );
    return pageOf(found, request, userOf);
  },
  count: (filter) => run(() => users.countDocuments(all(conditions(filter)))),
});

/** Those of the users with these ids who are not erased. */
const among = (ids: readonly string[]): Condition => ({ _id: { $in: [...ids] }, ...live });

/** The same for cuts, in which somebody can be erased and his registrations not yet buried. */
export const amongOfCut = (ids: readonly string[]): Condition => ({
  _id: { $in: [...ids] },
  $or: [live, { formerUsername: { $exists: true } }],
});

const conditions = ({ usernames, enabled }: UserFilter): readonly Condition[] => [
  live,
  // The order of names is that of their bytes, which is that of their code points.
  ...when(usernames, ({ from, below }) => ({ username: { $gte: from, $lt: below } })),
  ...when(enabled, (value) => ({ enabled: value })),
];

export const usersOf = (documents: readonly UserDocument[]): readonly User[] => documents.map(userOf);

const userOf = (document: UserDocument): User => ({
  id: document._id,
  username: document.username ?? document.formerUsername ?? '',
  ...(document.email === undefined ? {} : { email: document.email }),
  ...(document.displayName === undefined ? {} : { displayName: document.displayName }),
  enabled: document.enabled ?? false,
  epoch: document.epoch ?? 0,
  ...(document.passwordHash === undefined ? {} : { passwordHash: document.passwordHash }),
  createdAt: document.createdAt ?? 0,
  ...(document.passwordChangedAt === undefined ? {} : { passwordChangedAt: document.passwordChangedAt }),
});

const create = async (
  database: Database,
  { id, ...fields }: User,
  audit: AuditEvent,
): Promise<'created' | 'id_taken' | 'username_taken'> => {
  const writer = randomUUID();
  const document: UserDocument = { _id: id, ...fields, outbox: [audit], writer };
  try {
    await database.run(() => database.users.create(document));
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const there = await database.run(() => database.users.findById(id).lean<UserDocument>());
    if (there === null) return 'username_taken';
    if (there.writer !== writer) return 'id_taken';
  }
  await moveOutbox(database, database.carriers.users, document);
  return 'created';
};

const update = async (
  database: Database,
  id: string,
  { change, audit }: { readonly change: UserChange; readonly audit: AuditEvent },
): Promise<User | 'unknown' | 'moved'> => {
  const { users, run } = database;
  const condition = change.enabled === undefined ? {} : { enabled: change.enabled.from };
  const document = await run(() =>
    users
      .findOneAndUpdate({ _id: id, ...live, ...condition }, writes(change, audit), { returnDocument: 'after' })
      .lean<UserDocument>(),
  );
  if (document === null) return (await run(() => users.exists({ _id: id, ...live }))) === null ? 'unknown' : 'moved';
  const user = userOf(document);
  // The raised epoch has ended them; this shows it in their list.
  if (change.password !== undefined) {
    await revokeFamilies(database, { userId: id, epochsBelow: { user: user.epoch } }, change.password.at);
  }
  await moveOutbox(database, database.carriers.users, { _id: id, outbox: [audit] });
  return user;
};

const writes = (change: UserChange, audit: AuditEvent): UpdateQuery<UserDocument> => ({
  $set: {
    ...(change.email === undefined || change.email === null ? {} : { email: change.email }),
    ...(change.displayName === undefined || change.displayName === null ? {} : { displayName: change.displayName }),
    ...(change.enabled === undefined ? {} : { enabled: change.enabled.to }),
    ...(change.password && { passwordHash: change.password.hash, passwordChangedAt: change.password.at }),
    writer: randomUUID(),
  },
  $unset: {
    ...(change.email === null ? { email: 1 } : {}),
    ...(change.displayName === null ? { displayName: 1 } : {}),
  },
  $inc: { epoch: raisesEpoch(change) ? 1 : 0 },
  $push: { outbox: audit },
});

const raisesEpoch = ({ enabled, raiseEpoch, password }: UserChange): boolean =>
  raiseEpoch === true || password !== undefined || (enabled?.from === true && !enabled.to);

const erase = async (database: Database, id: string, audit: AuditEvent): Promise<'erased' | 'unknown'> => {
  const writer = randomUUID();
  const erased = await database.run(() =>
    database.users
      .findOneAndUpdate({ _id: id, ...live }, erasure({ audit, at: database.clock(), writer }), {
        returnDocument: 'after',
      })
      .lean<UserDocument>(),
  );
  const tombstone =
    erased ?? (await database.run(() => database.users.findOne({ _id: id, writer }).lean<UserDocument>()));
  if (tombstone === null) return finishInterrupted(database, id);
  await finishErasure(database, id);
  await moveOutbox(database, database.carriers.users, tombstone);
  return 'erased';
};

/** An erasure whose reply was lost is asked for again, and finds nobody: what it left is finished before that is said. */
const finishInterrupted = async (database: Database, id: string): Promise<'unknown'> => {
  const interrupted = await database.run(() => database.users.exists({ _id: id, cleaning: true }));
  if (interrupted !== null) await finishErasure(database, id);
  return 'unknown';
};

/** Hides him from everything but cuts, and frees his name. */
const erasure = (by: {
  readonly audit: AuditEvent;
  readonly at: number;
  readonly writer: string;
}): UpdateQuery<UserDocument> => ({
  $set: { erasedAt: by.at, cleaning: true, writer: by.writer },
  $rename: { username: 'formerUsername' },
  $unset: { passwordHash: 1 },
  $push: { outbox: by.audit },
});
