import { closeSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { refuseStart } from '../configuration/problem.js';

/**
 * Replaces a file as a whole, mode 0600: after a crash there is the old text or the new one.
 * @throws StartRefused
 */
export const writePrivateFile = (path: string, text: string): void => {
  inDataFolder(() =>
    withTextBeside(path, text, (beside) => {
      renameSync(beside, path);
      syncFolder(path);
    }),
  );
};

/** @throws StartRefused when it is there and cannot be read */
export const readPrivateFile = (path: string): string | undefined => inDataFolder(() => readIfThere(path));

/**
 * Reads a file, or makes it by `make` if it is not there. Of several processes one makes it, all read the same.
 * @throws StartRefused
 */
export const readOrMakePrivateFile = (path: string, make: () => string): string =>
  inDataFolder(() => readOrMake(path, make));

/** It may be gone already. @throws StartRefused */
export const removePrivateFile = (path: string): void => {
  inDataFolder(() => rmSync(path, { force: true }));
};

/** Where development keeps what it makes by itself. */
const inDataFolder = <T>(work: () => T): T => {
  try {
    return work();
  } catch (cause) {
    throw refuseStart(fullCodes.some((code) => hasCode(cause, code)) ? diskIsFull : notAtHand, { cause });
  }
};

/** No room on the disk, for this user, or for one file. */
const fullCodes = ['ENOSPC', 'EDQUOT', 'EFBIG'];
const diskIsFull =
  'The disk with the folder TALLYGATE_DATA_DIR is full, or this user may not write more. Make room there, then start again.';
const notAtHand =
  'A file in the folder TALLYGATE_DATA_DIR cannot be read or written. Name a folder of this user on a local disk.';

const readOrMake = (path: string, make: () => string): string => {
  const known = readIfThere(path);
  if (known !== undefined) return known;
  withTextBeside(path, make(), (beside) => {
    try {
      linkSync(beside, path);
      syncFolder(path);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  });
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

/** Writes a text under another name, from where it is put in its place; whatever happens, the other name is gone afterwards. */
const withTextBeside = (path: string, text: string, put: (beside: string) => void): void => {
  const beside = `${path}.${process.pid}`;
  rmSync(beside, { force: true });
  try {
    writeDurably(beside, text);
    put(beside);
  } finally {
    rmSync(beside, { force: true });
  }
};

const writeDurably = (path: string, text: string): void => {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, text); // all of it: a single write may stop where the disk ends
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
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
