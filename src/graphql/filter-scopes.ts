import { needOf, type Need } from './field-scopes.js';

/**
 * Arguments that pick things by what a field of theirs says → that field. An argument needs what the field needs: whoever may not read
 * something must not find it out by asking who has it. `application(clientId:)` is left out: a client id is on every request of its client,
 * and a dashboard may have no other name for its application. A name that the schema does not have stops the start.
 */
const filters: ReadonlyMap<string, readonly [type: string, field: string]> = new Map([
  ['Query.application.id', ['Application', 'id']],
  ['Query.application.name', ['Application', 'name']],
  ['Query.applications.nameContains', ['Application', 'name']],
  ['Query.applications.enabled', ['Application', 'enabled']],
  ['Query.applications.label', ['Application', 'labels']],
  ['Query.users.usernameStartsWith', ['User', 'username']],
  ['Query.users.enabled', ['User', 'enabled']],
  ['Application.keys.environment', ['KeySet', 'environment']],
  ['Application.grants.userId', ['Grant', 'user']],
  ['User.grants.applicationId', ['Grant', 'application']],
]);

/** `Type.field.argument` of all of them. */
export const filterNames: readonly string[] = [...filters.keys()];

/** Undefined: the argument needs no more than its field. */
export const filterNeedOf = (typeName: string, fieldName: string, argument: string): Need | undefined => {
  const by = filters.get(`${typeName}.${fieldName}.${argument}`);
  return by && needOf(...by);
};
