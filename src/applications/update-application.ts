import { lookedUpId } from '../management/input-limits.js';
import type { Actor } from '../model/actor.js';
import type { Application, Label } from '../model/application.js';
import type { ApplicationDeps } from './application-deps.js';
import { checkedDescription, checkedName, notNull } from './application-fields.js';
import { changeApplication } from './change-application.js';
import { checkedLabels } from './labels.js';

export interface UpdateApplicationInput {
  readonly id: string;
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly enabled?: boolean | null | undefined;
  readonly labels?: readonly Label[] | null | undefined;
  readonly ifVersion?: number | null | undefined;
}

/**
 * Changes what is given; null clears description and labels. `enabled: false` ends everything that was issued to its keys, for good.
 * @throws ManagementError as `changeApplication`; BAD_USER_INPUT on the field
 */
export const updateApplication = async (
  deps: ApplicationDeps,
  actor: Actor,
  input: UpdateApplicationInput,
): Promise<Application> => {
  const id = lookedUpId('id', input.id);
  const update = checkedUpdate(input);
  return changeApplication(deps, actor, {
    action: 'updateApplication',
    what: 'application',
    load: () => deps.store.applications.find(id),
    target: () => id,
    ifVersion: input.ifVersion,
    change: update,
  });
};

const checkedUpdate = (input: UpdateApplicationInput): ((before: Application) => Application) => {
  const name = notNull('name', input.name);
  const enabled = notNull('enabled', input.enabled);
  const { description, labels } = input;
  const given = {
    ...(name === undefined ? {} : { name: checkedName(name) }),
    ...(typeof description === 'string' ? { description: checkedDescription(description) } : {}),
    ...(enabled === undefined ? {} : { enabled }),
    ...(labels === undefined ? {} : { labels: checkedLabels(labels ?? []) }),
  };
  return (before) => ({ ...(description === null ? withoutDescription(before) : before), ...given });
};

/** Picked, not spread: what was cleared is to be gone. */
const withoutDescription = ({
  id,
  name,
  enabled,
  labels,
  version,
  createdAt,
  updatedAt,
  keys,
}: Application): Application => ({ id, name, enabled, labels, version, createdAt, updatedAt, keys });
