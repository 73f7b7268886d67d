import type { ClientSession } from 'mongoose';
import type { UtcDay } from '../../model/quarter-hour.js';
import type { Collections } from './database.js';

/** A read-only transaction: everything that is read with its session is one cut. One command at a time. */
export interface Cut {
  readonly collections: Collections;
  readonly session: ClientSession;
  /** The last closed day. */
  readonly through: UtcDay;
}
