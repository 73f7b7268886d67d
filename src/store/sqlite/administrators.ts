import type { AdministratorStore } from '../port/applications.js';
import type { Engine } from './engine.js';
import { inList } from './listing.js';

export const sqliteAdministrators = (engine: Engine): AdministratorStore => {
  const insert = engine.statement('INSERT INTO administrators (key_set_id) VALUES (?) ON CONFLICT DO NOTHING');
  const anotherThan = engine.statement(`SELECT 1 FROM administrators WHERE NOT ${inList('key_set_id')} LIMIT 1`);
  const remove = engine.statement(`DELETE FROM administrators WHERE ${inList('key_set_id')}`);
  return {
    add: (keySetId) => engine.write(() => void insert.run(keySetId)),
    withdraw: (keySetIds) =>
      engine.write(() => {
        const list = JSON.stringify(keySetIds);
        if (anotherThan.get(list) === undefined) return 'last';
        remove.run(list);
        return 'withdrawn';
      }),
  };
};
