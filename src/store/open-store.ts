import { fileURLToPath } from 'node:url';

import type { Clock } from '../model/clock.js';
import type { Store } from './port/store.js';
import { StoreRefused } from './port/store.js';

export interface StoreOptions {
  readonly clock?: Clock;
  /** `read`: for a look beside a running server. MongoDB takes many writers anyway. Absent: `write`. */
  readonly access?: 'read' | 'write';
}

/**
 * Opens the store that a URL names: `file:…` is the embedded one, `mongodb://…` and `mongodb+srv://…` are MongoDB. The driver of
 * the other one is never loaded.
 * @throws StoreRefused when the start must stop   @throws StoreUnavailable when MongoDB is away: try again
 */
export const openStore = async (url: string, options: StoreOptions = {}): Promise<Store> => {
  if (url.startsWith('file:')) {
    const { openSqliteStore } = await import('./sqlite/open.js');
    return openSqliteStore(filePath(url), options);
  }
  if (url.startsWith('mongodb://') || url.startsWith('mongodb+srv://')) {
    const { openMongoStore } = await import('./mongo/open.js');
    return openMongoStore(url, options);
  }
  throw new StoreRefused('The database URL must begin with file:, mongodb:// or mongodb+srv://.');
};

/** `file:relative/path`, `file:/absolute/path` and `file:///absolute/path`; percent-encoding only in the last form. */
const filePath = (url: string): string => {
  const path = url.startsWith('file://') ? absolutePath(url) : url.slice('file:'.length);
  if (path === '' || path.includes('\0')) throw new StoreRefused('The database URL file:… must name a file.');
  return path;
};

const absolutePath = (url: string): string => {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new StoreRefused('The database URL must be file:relative/path or file:///absolute/path.', error);
  }
};
