import { closeSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { refuseStart } from '../configuration/problem.js';

/**
 * Replaces a file as a whole, mode 0600: after a crash there is the old text or the new one.
 * @throws StartRefused
 */
export const writePrivateFile = (path: string, text: string): void => {
  inDataFolder(() => {
    renameSync(writeBeside(path, text), path);
    syncFolder(path);
  });
};

/** @throws StartRefused when it is there and cannot be read */
export const readPrivateFile = (path: string): string | undefined => inDataFolder(() => readIfThere(path));

/**
 * Reads a file, or makes it by `make` if it is not there. Of several processes one makes it, all read the same.
 * @throws StartRefused
 */
export const readOrMakePrivateFile = (path: string, make: () => string): string =>
  inDataFolder(() => readOrMake(path, make));

/** Where development keeps what it makes by itself. */
const inDataFolder = <T>(work: () => T): T => {
  try {
    return work();
  } catch (cause) {
    throw refuseStart(
      'A file in the folder TALLYGATE_DATA_DIR cannot be read or written. Name a folder of this user on a local disk.',
      { cause },
    );
  }
};

const readOrMake = (path: string, make: () => string): string => {
  const known = readIfThere(path);
  if (known !== undefined) return known;
  const beside = writeBeside(path, make());
  try {
    linkSync(beside, path);
    syncFolder(path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(beside);
  }
  return readFileSync(path, 'utf8');
};

export const readIfThere = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
};

const writeBeside = (path: string, text: string): string => {
  const beside = `${path}.${process.pid}`;
  rmSync(beside, { force: true });
  const file = openSync(beside, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return beside;
};

/** Makes the new name durable; Windows neither needs nor allows it. */
const syncFolder = (path: string): void => {
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
};

const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;
