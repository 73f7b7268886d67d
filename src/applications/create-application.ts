import { randomId } from '../crypto/random-token.js';
import { auditOf } from '../management/audit-of.js';
import { changesBetween } from '../management/changes-between.js';
import { collision } from '../management/collision.js';
import { createOnce } from '../management/create-once.js';
import type { Actor } from '../model/actor.js';
import type { Application, Label } from '../model/application.js';
import type { ApplicationDeps } from './application-deps.js';
import { checkedDescription, checkedName } from './application-fields.js';
import { checkedLabels } from './labels.js';

export interface CreateApplicationInput {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly labels?: readonly Label[] | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/**
 * Makes an application without keys.
 * @throws ManagementError CONFLICT on `name` when another application has it; BAD_USER_INPUT on the field; as `createOnce`
 */
export const createApplication = async (
  deps: ApplicationDeps,
  actor: Actor,
  input: CreateApplicationInput,
): Promise<Application> => {
  const fields = checkedFields(input);
  const created = await createOnce(deps, actor, {
    mutation: 'createApplication',
    idempotencyKey: input.idempotencyKey,
    input: fields,
    newId: () => randomId('application'),
    create: (id, eventId) => insert(deps, actor, { id, eventId, fields }),
    find: (id) => deps.store.applications.find(id),
  });
  return created.value;
};

type Fields = Pick<Application, 'name' | 'description' | 'labels'>;

const checkedFields = ({ name, description, labels }: CreateApplicationInput): Fields => ({
  name: checkedName(name),
  ...(description === undefined || description === null ? {} : { description: checkedDescription(description) }),
  labels: checkedLabels(labels ?? []),
});

const insert = async (
  deps: ApplicationDeps,
  actor: Actor,
  { id, eventId, fields }: { readonly id: string; readonly eventId: string; readonly fields: Fields },
): Promise<Application> => {
  const at = deps.clock();
  const application = { id, ...fields, enabled: true, version: 1, createdAt: at, updatedAt: at, keys: {} };
  const changes = changesBetween(undefined, application);
  const audit = auditOf(actor, at, { id: eventId, action: 'createApplication', target: id, changes });
  const outcome = await deps.store.applications.create(application, audit);
  if (outcome !== 'created') throw collision(outcome);
  return application;
};
