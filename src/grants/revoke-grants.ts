import { auditOf } from '../management/audit-of.js';
import { changesBetween } from '../management/changes-between.js';
import { requireHeld } from '../management/held-scopes.js';
import { lookedUpId } from '../management/input-limits.js';
import { endFamilies, withKeySet } from '../management/key-sets.js';
import { markEnded } from '../management/mark-ended.js';
import { replaceApplication } from '../management/replace-application.js';
import { lost, untilDecided } from '../management/until-decided.js';
import type { Actor } from '../model/actor.js';
import { keySetsOf, type Application, type KeyEnvironment } from '../model/application.js';
import { badInput, notFound } from '../model/management-error.js';
import type { EndedFamilies } from '../store/port/tokens.js';
import type { GrantDeps } from './grant-deps.js';

export interface RevokeGrantsInput {
  readonly userId?: string | null | undefined;
  readonly applicationId?: string | null | undefined;
  /** Of the application; absent: both. */
  readonly environment?: KeyEnvironment | null | undefined;
}

/**
 * Ends everything that was issued to a user, or every token family of an application, by raising epochs in one write; or the grants of
 * one user with one application. Then it marks the families; those of an epoch that began since live. What a client got for itself is in
 * no family, and stays.
 * @returns how many families it ended
 * @throws ManagementError NOT_FOUND; FORBIDDEN when the actor lacks a management scope that a key set of the application holds;
 *   BAD_USER_INPUT when neither user nor application is given, or on the field; UNAVAILABLE as `untilDecided`
 */
export const revokeGrants = async (deps: GrantDeps, actor: Actor, input: RevokeGrantsInput): Promise<number> => {
  const { userId, applicationId, environment } = checkedInput(input);
  if (applicationId === undefined) return endUser(deps, actor, userId);
  if (userId === undefined) return endApplication(deps, actor, { applicationId, environment });
  return endBoth(deps, actor, { userId, applicationId, environment });
};

type Wanted =
  | { readonly userId: string; readonly applicationId?: undefined; readonly environment?: undefined }
  | { readonly userId?: string; readonly applicationId: string; readonly environment?: KeyEnvironment };

const checkedInput = (input: RevokeGrantsInput): Wanted => {
  const userId = givenId('userId', input.userId);
  const applicationId = givenId('applicationId', input.applicationId);
  const environment = input.environment ?? undefined;
  if (applicationId !== undefined) {
    return {
      applicationId,
      ...(userId === undefined ? {} : { userId }),
      ...(environment === undefined ? {} : { environment }),
    };
  }
  if (environment !== undefined)
    throw badInput('environment', 'Name the application, too: an environment is a part of one.');
  if (userId === undefined) throw badInput('userId', 'Give a user, an application, or both.');
  return { userId };
};

const givenId = (field: string, id: string | null | undefined): string | undefined =>
  id === undefined || id === null ? undefined : lookedUpId(field, id);

const endUser = async ({ store, clock }: GrantDeps, actor: Actor, userId: string): Promise<number> => {
  const audit = auditOf(actor, clock(), { action: 'revokeGrants', target: userId });
  const user = await store.users.update(userId, { raiseEpoch: true }, audit);
  if (typeof user === 'string') throw notFound('user');
  return store.tokens.revokeFamilies({ userId, epochsBelow: { user: user.epoch } }, clock());
};

interface Keys {
  readonly applicationId: string;
  readonly environment?: KeyEnvironment | undefined;
}

const endApplication = async (deps: GrantDeps, actor: Actor, { applicationId, environment }: Keys): Promise<number> => {
  const { store, clock } = deps;
  const changed = await untilDecided(async () => {
    const before = await store.applications.find(applicationId);
    if (before === undefined) throw notFound('application');
    const ended = keySetsOf(before).filter((keySet) => environment === undefined || keySet.environment === environment);
    requireHeld(actor, ended);
    const next = ended.map(endFamilies).reduce<Application>(withKeySet, before);
    const changes = changesBetween(before, next);
    const audit = auditOf(actor, clock(), { action: 'revokeGrants', target: applicationId, changes });
    const after = await replaceApplication(store.applications, { before, next, audit });
    return after === lost ? lost : { before, after };
  });
  return markEnded(deps, changed);
};

interface Both extends Keys {
  readonly userId: string;
}

/** No epoch stands for one user of one application: here the families themselves decide. */
const endBoth = async (
  { store, clock }: GrantDeps,
  actor: Actor,
  { userId, applicationId, environment }: Both,
): Promise<number> => {
  if ((await store.users.find(userId)) === undefined) throw notFound('user');
  if ((await store.applications.find(applicationId)) === undefined) throw notFound('application');
  const changes = JSON.stringify({ applicationId });
  await store.audit.append(auditOf(actor, clock(), { action: 'revokeGrants', target: userId, changes }));
  return endAll({ store, clock }, { userId, applicationId, ...(environment === undefined ? {} : { environment }) });
};

/** Somebody who logs in again and again does not hold it up. */
const passLimit = 10;

/** Until a pass finds none: a request that was under way may have opened one during the pass before. */
const endAll = async ({ store, clock }: GrantDeps, those: EndedFamilies): Promise<number> => {
  let total = 0;
  for (let pass = 0; pass < passLimit; pass += 1) {
    const ended = await store.tokens.revokeFamilies(those, clock());
    total += ended;
    if (ended === 0) break;
  }
  return total;
};
