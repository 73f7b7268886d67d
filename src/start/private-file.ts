import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Makes a folder that only its owner can read, unless it is there. */
export const privateFolder = (path: string): void => {
  mkdirSync(path, { recursive: true, mode: 0o700 });
};

/** Replaces a file as a whole, mode 0600: after a crash there is the old text or the new one. */
export const writePrivateFile = (path: string, text: string): void => {
  renameSync(writeBeside(path, text), path);
  syncFolder(path);
};

/** Reads a file, or makes it by `make` if it is not there. Of several processes one makes it, all read the same. */
export const readOrMakePrivateFile = (path: string, make: () => string): string => {
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

const syncFolder = (path: string): void => {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
};

const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;
