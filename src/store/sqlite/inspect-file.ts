import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { StoreRefused } from '../port/store.js';
import { openConnection } from './connection.js';
import { migrations } from './migrations/migrations.js';
import { resultCode } from './store-error.js';

/** `application_id` of a database file of ours: "TgSt". */
export const applicationId = 0x54675374;

/**
 * Looks at the file without writing to it, but for what SQLite itself mends after a crash. Nothing is refused that the next open could use.
 * @throws StoreRefused with what to do when the file is damaged, of another program or of a newer version
 */
export const inspectFile = (path: string): { readonly version: number } => {
  inspectHeader(path);
  return { version: inspectContent(path, statSync(path).size) };
};

/** https://www.sqlite.org/fileformat.html#the_database_header */
const inspectHeader = (path: string): void => {
  const header = Buffer.alloc(100);
  const file = openSync(path, 'r');
  const length = readSync(file, header);
  closeSync(file);
  if (length < header.length || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') throw damaged(undefined);
  judge(header.readUInt32BE(68), header.readUInt32BE(60));
  if (isCutShort(header, path)) throw damaged(undefined);
};

/** Fewer bytes than the header counts; after a crash the log may hold the rest. */
const isCutShort = (header: Buffer, path: string): boolean => {
  const pageBytes = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  const logBytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  return logBytes === 0 && header.readUInt32BE(28) * pageBytes > statSync(path).size;
};

/** Larger files take too long for a start; `PRAGMA integrity_check` of the command line tool checks them. */
const thoroughBytes = 64 * 1024 * 1024;

/**
 * A process that was killed while it switched a new file over to its log leaves a journal, which has to be rolled back before anybody can read:
 * not a matter for a reader (SQLITE_READONLY_ROLLBACK). The header has told by then that the file is ours.
 */
const isCutOff = (path: string): boolean => existsSync(`${path}-journal`);

const inspectContent = (path: string, size: number): number => {
  const connection = openConnection(path, { readOnly: !isCutOff(path), timeoutMillis: 500 });
  try {
    const pragma = (name: string): number =>
      Object.values(connection.statement<Readonly<Record<string, number>>>(`PRAGMA ${name}`).get() ?? {})[0] ?? 0;
    const version = pragma('user_version');
    judge(pragma('application_id'), version);
    if (size > thoroughBytes) return version;
    const found = connection.statement<{ readonly quick_check: string }>('PRAGMA quick_check(1)').get();
    if (found?.quick_check !== 'ok') throw damaged(found);
    return version;
  } catch (error) {
    if (error instanceof StoreRefused) throw error;
    if (resultCode(error) === 11 || resultCode(error) === 26) throw damaged(error);
    throw error;
  } finally {
    connection.close();
  }
};

const judge = (application: number, version: number): void => {
  if (application !== applicationId) {
    throw new StoreRefused(
      'The database file belongs to another program. Name another file in TALLYGATE_DATABASE_URL; this one was not touched.',
    );
  }
  if (version > migrations.length) {
    throw new StoreRefused(
      'The database file was written by a newer version of Tallygate. Start that version, or restore the backup from before the upgrade; the file was not touched.',
    );
  }
};

const damaged = (cause: unknown): StoreRefused =>
  new StoreRefused(
    'The database file is damaged. Restore it from a backup, or move it away to begin with an empty one; it was not touched.',
    cause,
  );
