import { StoreUnavailable } from '../port/store.js';
import type { Statement } from './connection.js';
import type { Engine } from './engine.js';
import { figureChanges } from './figures.js';
import { erasedKey } from './gone.js';
import { registrationRows, tombstoneOf, type RegistrationRow } from './registration-rows.js';

/** How many rows of a table one write deletes, so that other writes come in between. */
const stepSize = 100;
/** How many of these writes one caller waits for. */
const stepsAtOnce = 500;

export interface ApplicationRemoval {
  /** Part of the write that removes the application's own row. */
  mark(id: string): void;
  /** Deletes what the application had, step by step. Where that is very much, the sweep does the rest. */
  finish(id: string): Promise<void>;
  /** One step of a removal that is not finished; part of a write. Returns how much it did. */
  resume(): number;
}

export const applicationRemoval = (engine: Engine): ApplicationRemoval => {
  const mark = engine.statement('INSERT INTO removed_applications (id, cleaned) VALUES (?, 0)');
  const cleaned = engine.statement('UPDATE removed_applications SET cleaned = 1 WHERE id = ?');
  const pending = engine.statement<{ readonly id: string }>(
    'SELECT id FROM removed_applications WHERE cleaned = 0 LIMIT 1',
  );
  const deletions = stepDeletions(engine);
  const step = (id: string): number => {
    const deleted = deletions.reduce((sum, deletion) => sum + deletion.run(id), 0);
    if (deleted === 0) cleaned.run(id);
    return deleted;
  };
  return {
    mark: (id) => void mark.run(id),
    finish: (id) => inSteps(engine, () => step(id)),
    resume: () => {
      const id = pending.get()?.id;
      // At least 1, so that the sweep goes on to the next removal.
      return id === undefined ? 0 : step(id) + 1;
    },
  };
};

/** Of each table that holds something of an application, a step's worth. */
const stepDeletions = (engine: Engine): readonly Statement<unknown>[] =>
  [
    ...['families', 'access_tokens', 'registrations'].map(
      (table) =>
        `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE application_id = ? LIMIT ${stepSize})`,
    ),
    ...Object.entries(keyed).map(
      ([table, key]) =>
        `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE application_id = ? LIMIT ${stepSize})`,
    ),
  ].map((sql) => engine.statement(sql));

const keyed: Readonly<Record<string, string>> = {
  registration_figures: 'application_id, environment, grain, position',
  token_tallies: 'application_id, environment, day, grant_type, server',
  user_days: 'application_id, environment, day, user_id',
};

export interface UserErasure {
  /** Part of the write that removes the user's own row: his registrations become tombstones, nothing of the rest is shown any more. */
  mark(id: string): void;
  /** Deletes what the user had, step by step. Where that is very much, the sweep does the rest. */
  finish(id: string): Promise<void>;
  /** One step of an erasure that is not finished; part of a write. Returns how much it did. */
  resume(): number;
}

export const userErasure = (engine: Engine): UserErasure => {
  const bury = burial(engine);
  const mark = engine.statement('INSERT INTO erased_users (key) VALUES (?) ON CONFLICT DO NOTHING');
  const begin = engine.statement('INSERT INTO erasures (user_id) VALUES (?) ON CONFLICT DO NOTHING');
  const end = engine.statement('DELETE FROM erasures WHERE user_id = ?');
  const pending = engine.statement<{ readonly user_id: string }>('SELECT user_id FROM erasures LIMIT 1');
  const deletions = userDeletions(engine);
  const step = (id: string): number => {
    const deleted = deletions.reduce((sum, deletion) => sum + deletion.run(id), 0);
    if (deleted === 0) end.run(id);
    return deleted;
  };
  return {
    mark: (id) => {
      mark.run(erasedKey(id));
      begin.run(id);
      bury(id);
    },
    finish: (id) => inSteps(engine, () => step(id)),
    resume: () => {
      const id = pending.get()?.user_id;
      return id === undefined ? 0 : step(id) + 1; // as above
    },
  };
};

/** Of each table that holds something of a user, a step's worth. */
const userDeletions = (engine: Engine): readonly Statement<unknown>[] =>
  Object.entries(ofUserKeys).map(([table, key]) =>
    engine.statement(
      `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE user_id = ? LIMIT ${stepSize})`,
    ),
  );

const ofUserKeys: Readonly<Record<string, string>> = {
  families: 'rowid',
  access_tokens: 'rowid',
  user_days: 'application_id, environment, day, user_id',
};

/** Makes tombstones of a user's registrations; part of a write. */
const burial = (engine: Engine): ((userId: string) => void) => {
  const rows = registrationRows(engine);
  const registered = engine.statement<RegistrationRow>('SELECT * FROM registrations WHERE user_id = ?');
  return (userId) => {
    const figures = figureChanges(engine);
    for (const row of registered.all(userId)) rows.save(row, tombstoneOf(row), figures);
    figures.write();
  };
};

/** Writes of their own, until one has nothing left to do. One that fails is the sweep's to do again: what they follow is decided. */
const inSteps = async (engine: Engine, step: () => number): Promise<void> => {
  try {
    for (let steps = 0; steps < stepsAtOnce && (await engine.write(step)) > 0;) steps += 1;
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
  }
};
