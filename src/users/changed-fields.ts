import type { UserChange } from '../store/port/users.js';

interface GivenFields {
  readonly [name: string]: unknown;
  readonly enabled?: UserChange['enabled'];
}

/**
 * What a mutation gave of a user, for its audit event: names of fields, never values, except that it tells what `enabled` was and became.
 */
export const changedFields = (given: GivenFields): string => {
  const { enabled } = given;
  return JSON.stringify({
    fields: Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([name]) => name)
      .sort(),
    ...(enabled === undefined ? {} : { enabled: { before: enabled.from, after: enabled.to } }),
  });
};
