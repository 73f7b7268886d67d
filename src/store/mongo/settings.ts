import { randomUUID } from 'node:crypto';
import type { AuditEvent } from '../../model/audit-event.js';
import type { SigningKeyRecord } from '../../model/signing-key.js';
import type { SettingStore, SigningKeyStore, UsageStore } from '../port/settings.js';
import { StoreUnavailable } from '../port/store.js';
import type { Collections } from './database.js';
import type { SettingDocument, SigningKeyDocument, UsageDocument } from './documents.js';
import { moveOutbox } from './outbox.js';
import { isDuplicateKey } from './store-error.js';

/** Apart from what this adapter notes for itself in the same collection. */
const settingId = (name: string): string => `setting/${name}`;

export const mongoSettings = ({ settings, run }: Collections): SettingStore => {
  const find = async (name: string): Promise<string | undefined> => {
    const document = await run(() => settings.findById(settingId(name)).lean<SettingDocument>());
    return document?.value;
  };
  return {
    claim: async (name, value) => {
      try {
        await run(() => settings.create({ _id: settingId(name), value }));
        return value;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        const there = await find(name);
        if (there === undefined) throw new StoreUnavailable('A setting that is there cannot be read yet.');
        return there;
      }
    },
    find,
  };
};

export const mongoSigningKeys = (collections: Collections): SigningKeyStore => {
  const { signingKeys, run } = collections;
  return {
    add: (key, audit) => addSigningKey(collections, documentOf(key, audit)),
    withdraw: async (ids, at) => {
      await run(() =>
        signingKeys.updateMany(
          { kid: { $in: [...ids] }, withdrawnAt: { $exists: false } },
          { $set: { withdrawnAt: at } },
        ),
      );
    },
    remove: async (ids) => {
      await run(() => signingKeys.deleteMany({ kid: { $in: [...ids] } }));
    },
    list: async () => {
      const documents = await run(() => signingKeys.find().sort({ createdAt: 1, _id: 1 }).lean<SigningKeyDocument[]>());
      return documents.map(keyOf);
    },
  };
};

const documentOf = (key: SigningKeyRecord, audit: AuditEvent | undefined): SigningKeyDocument => ({
  _id: key.slot,
  kid: key.id,
  createdAt: key.createdAt,
  key,
  writer: randomUUID(),
  ...(key.withdrawnAt === undefined ? {} : { withdrawnAt: key.withdrawnAt }),
  ...(audit === undefined ? {} : { outbox: [audit] }),
});

const addSigningKey = async (
  collections: Collections,
  document: SigningKeyDocument,
): Promise<'added' | 'slot_taken'> => {
  const { signingKeys, carriers, run } = collections;
  try {
    await run(() => signingKeys.create(document));
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const mine = { _id: document._id, writer: document.writer };
    if ((await run(() => signingKeys.exists(mine))) === null) return 'slot_taken';
  }
  await moveOutbox(collections, carriers.signingKeys, document);
  return 'added';
};

const keyOf = ({ key, withdrawnAt }: SigningKeyDocument): SigningKeyRecord =>
  withdrawnAt === undefined ? key : { ...key, withdrawnAt };

const idsAtOnce = 1000;

export const mongoUsage = ({ usage, run, runUpsert }: Collections): UsageStore => ({
  record: async (uses) => {
    if (uses.length === 0) return;
    const writes = uses.map(({ id, at }) => ({
      updateOne: { filter: { _id: id }, update: { $max: { at } }, upsert: true },
    }));
    await runUpsert(() => usage.bulkWrite(writes, { ordered: false }));
  },
  find: async (ids) => {
    const documents = await run(() => usage.find({ _id: { $in: [...ids] } }).lean<UsageDocument[]>());
    return new Map(documents.map(({ _id, at }) => [_id, at]));
  },
  ids: async (after) => {
    const next = { _id: { $gt: after } };
    const documents = await run(() =>
      usage.find(next).sort({ _id: 1 }).limit(idsAtOnce).select('_id').lean<Pick<UsageDocument, '_id'>[]>(),
    );
    return documents.map(({ _id }) => _id);
  },
  remove: async (ids) => {
    await run(() => usage.deleteMany({ _id: { $in: [...ids] } }));
  },
});
