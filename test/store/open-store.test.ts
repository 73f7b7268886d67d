import { existsSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { lookAtStore, openingError, openStore } from '../../src/store/open-store.js';
import { StoreRefused, StoreUnavailable } from '../../src/store/port/store.js';

/** As the driver makes it of what the operating system said of a lock or a write. */
const diskError = (systemErrno: number): Error =>
  new StoreUnavailable(
    Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 3850, systemErrno }),
  );

describe('a file that cannot be opened', () => {
  it.each(['EINVAL', 'ENOSYS', 'EOPNOTSUPP'] as const)('stops the start when its file system says %s', (name) => {
    const error = openingError(diskError(constants.errno[name]));
    expect(error).toBeInstanceOf(StoreRefused);
    expect(String(error)).toContain('cannot lock or write it');
  });

  it.each(['EIO', 'ENOSPC'] as const)('is tried again when its disk says %s', (name) => {
    const error = diskError(constants.errno[name]);
    expect(openingError(error)).toBe(error);
  });

  it.each(['file:/proc/x/y.db', 'file:/dev/null/x.db'])(
    'stops the start when its folder cannot be made: %s',
    async (url) => {
      const opening = openStore(url);
      await expect(opening).rejects.toThrow(StoreRefused);
      await expect(opening).rejects.toThrow('The folder of the database file cannot be made.');
    },
  );
});

describe('a look at a store that nobody has opened yet', () => {
  it.each([
    { what: 'a folder that cannot be made', url: 'file:/dev/null/x.db', says: /cannot be made/ },
    { what: 'a folder instead of a file', url: 'file:/tmp', says: /cannot be opened/ },
    { what: 'what is no database', url: 'file:package.json', says: /damaged/ },
    { what: 'a URL that names no file', url: 'file:///a%2Fb', says: /must be file:/ },
    { what: 'a bad name of a database', url: 'mongodb://h/a.b', says: /a character that MongoDB refuses/ },
    { what: 'a missing file of MongoDB', url: 'mongodb://h/?tls=true&tlsCAFile=/nowhere', says: /tlsCAFile/ },
  ])('tells of $what', async ({ url, says }) => {
    expect(String(await lookAtStore(url))).toMatch(says);
  });

  const absent = join(tmpdir(), 'tallygate-nor-this');
  it.each(['file:does/not/exist/yet.db', `file:${absent}/one.db`, 'mongodb://h/name'])(
    'finds nothing against %s, and makes nothing',
    async (url) => {
      expect(await lookAtStore(url)).toBeUndefined();
      expect(['does', absent].some((folder) => existsSync(folder))).toBe(false);
    },
  );
});
