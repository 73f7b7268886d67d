import { expect, it } from '@jest/globals';
import { errorFields } from '../../src/model/error-fields.js';
import { openConnection } from '../../src/store/sqlite/connection.js';
import { storeError } from '../../src/store/sqlite/store-error.js';

it('says of a full disk that it is full, and nothing of the statement', () => {
  const database = openConnection(':memory:');
  database.exec('PRAGMA max_page_count = 1');
  const filling = (): void => database.exec('CREATE TABLE secret_word (value TEXT)');
  expect(filling).toThrow();
  try {
    filling();
  } catch (error) {
    const described = errorFields(storeError(error));
    expect(described).toMatchObject({ error: 'DiskFull', cause: { reason: 'database or disk is full' } });
    expect(JSON.stringify(described)).not.toContain('secret_word');
  }
  database.close();
});
