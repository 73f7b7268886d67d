import type { Actor } from '../model/actor.js';
import { keySetsOf, type Application } from '../model/application.js';
import { ManagementError } from '../model/management-error.js';
import { isPrivilegedScope } from '../model/management-scope.js';

/**
 * Nobody hands out, takes away or gets hold of what he does not hold: who changes an application or one of its key sets needs every
 * management scope (and `introspect`) that any of its key sets holds. Ask before the change and for its result.
 * @throws ManagementError FORBIDDEN naming the missing scopes
 */
export const requireHeld = (actor: Actor, application: Application): void => {
  const needed = new Set(keySetsOf(application).flatMap((keySet) => keySet.scopes.filter(isPrivilegedScope)));
  const missing = [...needed].filter((scope) => !actor.scopes.has(scope)).sort();
  if (missing.length === 0) return;
  throw new ManagementError('FORBIDDEN', `This needs scopes that you do not hold: ${missing.join(' ')}.`);
};
