import type { Actor } from '../model/actor.js';
import { privilegedScopes } from '../model/management-scope.js';

/** Who acts while the server starts: named in the audit events, holds every management scope. */
export const systemActor: Actor = {
  subject: 'tallygate',
  clientId: 'tallygate',
  scopes: new Set(privilegedScopes),
  expiresAt: Number.MAX_SAFE_INTEGER,
  requestId: 'start',
};
