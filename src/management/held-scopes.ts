import type { Actor } from '../model/actor.js';
import type { KeySet } from '../model/application.js';
import { ManagementError } from '../model/management-error.js';
import { isPrivilegedScope } from '../model/management-scope.js';

/**
 * Nobody hands out, takes away or gets hold of what he does not hold: who changes a key set needs every management scope (and
 * `introspect`) that it holds, who changes an application those of its key sets. Ask before the change and for its result.
 * @throws ManagementError FORBIDDEN naming the missing scopes
 */
export const requireHeld = (actor: Actor, keySets: readonly KeySet[]): void => {
  const needed = new Set(keySets.flatMap(({ scopes }) => scopes.filter(isPrivilegedScope)));
  const missing = [...needed].filter((scope) => !actor.scopes.has(scope)).sort();
  if (missing.length === 0) return;
  const message = `Your access token lacks scopes that these keys hold; ask for them at /token: ${missing.join(' ')}.`;
  throw new ManagementError('FORBIDDEN', message, { neededScopes: [...needed].sort() });
};
