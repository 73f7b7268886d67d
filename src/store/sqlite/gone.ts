import { hash } from 'node:crypto';
import type { Engine } from './engine.js';

/** Who is gone for good: what was under way for them while they went must leave nothing behind. Part of a write. */
export const gone = (engine: Engine) => {
  const application = engine.statement('SELECT 1 FROM removed_applications WHERE id = ?');
  const user = engine.statement('SELECT 1 FROM erased_users WHERE key = ?');
  return {
    isGoneApplication: (id: string): boolean => application.get(id) !== undefined,
    isErasedUser: (id: string): boolean => user.get(erasedKey(id)) !== undefined,
  };
};

/** Tells an erased user's id again without holding it. */
export const erasedKey = (userId: string): Uint8Array => hash('sha256', userId, 'buffer').subarray(0, 16);
