import { isInterfaceType, isIntrospectionType, isObjectType, type GraphQLSchema } from 'graphql';
import { needOf, type Need } from './field-scopes.js';

/** The field that says what an argument picks by; `open`: nothing that somebody could be refused who may select the argument's field. */
type PickedBy = readonly [type: string, field: string] | 'open';

/**
 * Arguments that pick things by what a field of theirs says → that field. An argument needs what the field needs: whoever may not read
 * something must not find it out by asking who has it. Every argument of a query is here; one that is not stops the start, like a name that
 * the schema does not have.
 */
const filters: ReadonlyMap<string, PickedBy> = new Map<string, PickedBy>([
  ['Query.application.id', ['Application', 'id']],
  ['Query.application.name', ['Application', 'name']],
  ['Query.application.clientId', 'open'], // on every request of its client, and a dashboard may have no other name for its application
  ['Query.applications.nameContains', ['Application', 'name']],
  ['Query.applications.enabled', ['Application', 'enabled']],
  ['Query.applications.label', ['Application', 'labels']],
  ['Query.keySet.clientId', ['KeySet', 'clientId']],
  ['Query.user.id', ['User', 'id']],
  ['Query.user.username', ['User', 'username']],
  ['Query.users.usernameStartsWith', ['User', 'username']],
  ['Query.users.enabled', ['User', 'enabled']],
  ['Query.auditEvents.action', ['AuditEvent', 'action']],
  ['Query.auditEvents.target', ['AuditEvent', 'target']],
  ['Query.auditEvents.outcome', ['AuditEvent', 'outcome']],
  ['Query.node.id', ['Node', 'id']],
  ['Query.registeredUsers.applicationIds', ['Application', 'id']],
  ['Query.verifyStatistics.applicationId', ['Application', 'id']],
  ['Application.keys.environment', ['KeySet', 'environment']],
  ['Application.grants.userId', ['Grant', 'user']],
  ['User.grants.applicationId', ['Grant', 'application']],
  ['RegisteredUsers.users.registeredFrom', ['Registration', 'firstTokenAt']],
  ['RegisteredUsers.users.registeredTo', ['Registration', 'firstTokenAt']],
  // Which figure of many; nobody may read only some of them.
  ['Query.registeredUsers.period', 'open'],
  ['Query.registeredUsers.environment', 'open'],
  ['Application.registeredUsers.environment', 'open'],
  ['Application.activeUsers.environment', 'open'],
  ['Application.issuedTokens.environment', 'open'],
  ['Application.issuedTokens.period', 'open'],
  ['RegisteredUsers.total.at', 'open'],
  ['RegisteredUsers.series.period', 'open'],
  ['RegisteredUsers.comparison.period', 'open'],
  ['ActiveUsers.daily.date', 'open'],
  ['ActiveUsers.daily.timeZone', 'open'],
  ['ActiveUsers.weekly.date', 'open'],
  ['ActiveUsers.weekly.timeZone', 'open'],
  ['ActiveUsers.monthly.date', 'open'],
  ['ActiveUsers.monthly.timeZone', 'open'],
  ['ActiveUsers.series.period', 'open'],
  // Of every list.
  ['first', 'open'],
  ['after', 'open'],
]);

/** Undefined: the argument needs no more than its field. */
export const filterNeedOf = (typeName: string, fieldName: string, argument: string): Need | undefined => {
  const by = filters.get(`${typeName}.${fieldName}.${argument}`);
  return by === undefined || by === 'open' ? undefined : needOf(...by);
};

/**
 * What a mutation changes its own need decides; of every other field the table must say by what its arguments pick.
 * @throws Error naming the arguments that the table leaves out, and the rows that name what is not in the schema
 */
export const requireFilterNeeds = (schema: GraphQLSchema): void => {
  const { fields, args } = namesIn(schema);
  const missing = [...args].filter(([path, name]) => !filters.has(path) && !filters.has(name)).map(([path]) => path);
  const names = new Set([...args].flat());
  const wrong = [...filters].filter(([name, by]) => !names.has(name) || (by !== 'open' && !fields.has(by.join('.'))));
  if (missing.length + wrong.length === 0) return;
  throw new Error(
    `src/graphql/filter-scopes.ts must say by which field each argument picks, or that it is open. Missing: ${missing.join(', ')}; not in the schema: ${wrong.map(([name]) => name).join(', ')}`,
  );
};

/** `Type.field`; `Type.field.argument` → argument. */
const namesIn = (schema: GraphQLSchema) => {
  const fields = new Set<string>();
  const args = new Map<string, string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if ((!isObjectType(type) && !isInterfaceType(type)) || isIntrospectionType(type)) continue;
    if (type === schema.getMutationType()) continue;
    for (const field of Object.values(type.getFields())) {
      fields.add(`${type.name}.${field.name}`);
      for (const { name } of field.args) args.set(`${type.name}.${field.name}.${name}`, name);
    }
  }
  return { fields, args };
};
