import { firstTables } from './0001-first-tables.js';
import { erasures } from './0002-erasures.js';
import { shorterBodies } from './0003-shorter-bodies.js';

/** In order; `user_version` is how many of them a file has been through. Never changed once released, only added to. */
export const migrations: readonly string[] = [firstTables, erasures, shorterBodies];
