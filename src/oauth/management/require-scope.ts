import type { Actor } from '../../model/actor.js';
import type { ManagementScope } from '../../model/management-scope.js';
import { insufficientScope } from '../bearer.js';

/** @throws OAuthError insufficient_scope, with a Bearer challenge that names the scope */
export const requireScope = ({ scopes }: Actor, scope: ManagementScope): void => {
  if (!scopes.has(scope)) throw insufficientScope(scope);
};
