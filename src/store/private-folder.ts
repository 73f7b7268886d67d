import { accessSync, constants, lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder that only its owner can read, and those above it, unless they are there. One by one: Node's `recursive` never comes back
 * where the folder above is there and takes none, as /proc does.
 */
export const privateFolder = (path: string): void => {
  const absolute = resolve(path);
  if (isFolder(absolute)) return;
  if (dirname(absolute) !== absolute) privateFolder(dirname(absolute));
  try {
    mkdirSync(absolute, 0o700);
  } catch (error) {
    if (!isFolder(absolute)) throw error; // else another process made it meanwhile
  }
};

/** Whether a folder is there and can be written, or the nearest one above it that is there. */
export const canBeMade = (path: string): boolean => {
  const absolute = resolve(path);
  const isThere = lstatSync(absolute, { throwIfNoEntry: false }) !== undefined;
  if (!isThere && dirname(absolute) !== absolute) return canBeMade(dirname(absolute));
  return isFolder(absolute) && isWritable(absolute);
};

const isWritable = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
