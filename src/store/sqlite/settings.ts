import type { SigningKeyRecord } from '../../model/signing-key.js';
import type { SettingStore, SigningKeyStore, UsageStore } from '../port/settings.js';
import { insertAudit } from './audit.js';
import { parseDocument } from './document.js';
import type { Engine } from './engine.js';
import { inList } from './listing.js';

export const sqliteSettings = (engine: Engine): SettingStore => {
  const insert = engine.statement('INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const byName = engine.statement<{ readonly value: string }>('SELECT value FROM settings WHERE name = ?');
  return {
    claim: (name, value) =>
      engine.write(() => {
        insert.run(name, value);
        return byName.get(name)?.value ?? value;
      }),
    find: (name) => engine.read(() => byName.get(name)?.value),
  };
};

interface SigningKeyRow {
  readonly body: string;
  readonly withdrawn_at: number | null;
}

export const sqliteSigningKeys = (engine: Engine): SigningKeyStore => {
  const insert = engine.statement(
    'INSERT INTO signing_keys (slot, id, created_at, withdrawn_at, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const withdraw = engine.statement(
    `UPDATE signing_keys SET withdrawn_at = ? WHERE withdrawn_at IS NULL AND ${inList('id')}`,
  );
  const remove = engine.statement(`DELETE FROM signing_keys WHERE ${inList('id')}`);
  const all = engine.statement<SigningKeyRow>('SELECT body, withdrawn_at FROM signing_keys ORDER BY created_at, slot');
  return {
    add: ({ withdrawnAt, ...key }, audit) =>
      engine.write(() => {
        const { slot, id, createdAt } = key;
        if (insert.run(slot, id, createdAt, withdrawnAt ?? null, JSON.stringify(key)) === 0) return 'slot_taken';
        if (audit !== undefined) insertAudit(engine, audit);
        return 'added';
      }),
    withdraw: (ids, at) => engine.write(() => void withdraw.run(at, JSON.stringify(ids))),
    remove: (ids) => engine.write(() => void remove.run(JSON.stringify(ids))),
    list: () => engine.read(() => all.all().map(signingKeyOf)),
  };
};

const signingKeyOf = ({ body, withdrawn_at: withdrawnAt }: SigningKeyRow): SigningKeyRecord => ({
  ...parseDocument<Omit<SigningKeyRecord, 'withdrawnAt'>>(body),
  ...(withdrawnAt === null ? {} : { withdrawnAt }),
});

const idsAtOnce = 1000;

export const sqliteUsage = (engine: Engine): UsageStore => {
  const keep = engine.statement(
    'INSERT INTO usage (id, at) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at WHERE at < excluded.at',
  );
  const select = engine.statement<{ readonly id: string; readonly at: number }>(
    `SELECT id, at FROM usage WHERE ${inList('id')}`,
  );
  const next = engine.statement<{ readonly id: string }>(
    `SELECT id FROM usage WHERE id > ? ORDER BY id LIMIT ${idsAtOnce}`,
  );
  const remove = engine.statement(`DELETE FROM usage WHERE ${inList('id')}`);
  return {
    record: (uses) =>
      engine.write(() => {
        for (const { id, at } of uses) keep.run(id, at);
      }),
    find: (ids) => engine.read(() => new Map(select.all(JSON.stringify(ids)).map(({ id, at }) => [id, at]))),
    ids: (after) => engine.read(() => next.all(after).map(({ id }) => id)),
    remove: (ids) => engine.write(() => void remove.run(JSON.stringify(ids))),
  };
};
