import { mkdirSync, statSync } from 'node:fs';
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

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
