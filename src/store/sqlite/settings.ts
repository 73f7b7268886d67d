import type { SigningKeyRecord } from '../../model/signing-key.js';
import type { SettingStore, SigningKeyStore, UsageStore } from '../port/settings.js';
import { parseDocument } from './document.js';
import type { Engine } from './engine.js';
import { marks, padded } from './listing.js';

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

export const sqliteSigningKeys = (engine: Engine): SigningKeyStore => {
  const insert = engine.statement('INSERT INTO signing_keys (slot, created_at, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const all = engine.statement<{ readonly body: string }>('SELECT body FROM signing_keys ORDER BY created_at, slot');
  return {
    add: (key) =>
      engine.write(() => (insert.run(key.slot, key.createdAt, JSON.stringify(key)) === 1 ? 'added' : 'slot_taken')),
    list: () => engine.read(() => all.all().map(({ body }) => parseDocument<SigningKeyRecord>(body))),
  };
};

export const sqliteUsage = (engine: Engine): UsageStore => {
  const keep = engine.statement(
    'INSERT INTO usage (id, at) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at WHERE at < excluded.at',
  );
  return {
    record: (uses) =>
      engine.write(() => {
        for (const { id, at } of uses) keep.run(id, at);
      }),
    find: (ids) =>
      engine.read(() => {
        const select = engine.statement<{ readonly id: string; readonly at: number }>(
          `SELECT id, at FROM usage WHERE id IN (${marks(ids)})`,
        );
        return new Map(select.all(...padded(ids)).map(({ id, at }) => [id, at]));
      }),
  };
};
