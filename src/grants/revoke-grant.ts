import { auditOf } from '../management/audit-of.js';
import { lookedUpId } from '../management/input-limits.js';
import type { Actor } from '../model/actor.js';
import { notFound } from '../model/management-error.js';
import type { TokenFamily } from '../model/token-family.js';
import type { GrantDeps } from './grant-deps.js';

export interface RevokeGrantInput {
  readonly id: string;
}

/**
 * Ends one token family with all its tokens. Idempotent: the first instant stays.
 * @throws ManagementError NOT_FOUND; BAD_USER_INPUT on `id`
 */
export const revokeGrant = async (deps: GrantDeps, actor: Actor, input: RevokeGrantInput): Promise<TokenFamily> => {
  const id = lookedUpId('id', input.id);
  const at = deps.clock();
  const audit = auditOf(actor, at, { action: 'revokeGrant', target: id });
  const family = await deps.store.tokens.revokeFamily(id, at, audit);
  if (family === 'unknown') throw notFound('grant');
  return family;
};
