import 'reflect-metadata'; // first: type-graphql's decorators look for it
import { isIntrospectionType, isObjectType, lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { AccessTokenMutations } from './access-token.js';
import { ActiveUsersResolver, ApplicationActiveUsersResolver } from './active-users.js';
import { ApplicationMutations } from './application-mutations.js';
import { ApplicationResolver } from './application.js';
import { AuditEventResolver } from './audit-event.js';
import { describeNeeds } from './describe-needs.js';
import { requireFilterNeeds } from './filter-scopes.js';
import { GrantMutations } from './grant-mutations.js';
import { GrantResolver } from './grant.js';
import { ImportMutations } from './import-registrations.js';
import { ApplicationIssuedTokensResolver } from './issued-tokens.js';
import { KeySetMutations } from './key-set-mutations.js';
import { ClientSecretResolver, KeySetResolver } from './key-set.js';
import { noteLongTexts } from './long-texts.js';
import { carryOutMutations } from './mutation-frame.js';
import { NodeResolver } from './node.js';
import { RegisteredUsersRowsResolver } from './registered-users-rows.js';
import { ApplicationRegisteredUsersResolver, RegisteredUsersResolver } from './registered-users.js';
import { RegistrationResolver } from './registration.js';
import { SigningKeyMutations } from './signing-key.js';
import { StatisticsVerificationResolver } from './statistics-verification.js';
import { UserMutations } from './user-mutations.js';
import { UserResolver } from './user.js';
import { ViewerResolver } from './viewer.js';

const resolvers = [
  ViewerResolver,
  NodeResolver,
  ApplicationResolver,
  ApplicationRegisteredUsersResolver,
  ApplicationActiveUsersResolver,
  ApplicationIssuedTokensResolver,
  KeySetResolver,
  ClientSecretResolver,
  UserResolver,
  RegistrationResolver,
  GrantResolver,
  RegisteredUsersResolver,
  ActiveUsersResolver,
  RegisteredUsersRowsResolver,
  StatisticsVerificationResolver,
  AuditEventResolver,
  ApplicationMutations,
  KeySetMutations,
  AccessTokenMutations,
  UserMutations,
  ImportMutations,
  GrantMutations,
  SigningKeyMutations,
] satisfies [unknown, ...unknown[]];

let made: GraphQLSchema | undefined;

/** The schema of this process, made when somebody first asks for it: that takes a while. */
export const managementSchema = (): GraphQLSchema => (made ??= buildManagementSchema());

/**
 * The schema of the management and statistics API.
 * @throws Error when the tables of scopes do not cover it
 */
export const buildManagementSchema = (): GraphQLSchema => {
  const schema = buildSchemaSync({
    resolvers,
    validate: false, // the use cases know their limits
  });
  describeRoots(schema);
  orderArguments(schema);
  requireFilterNeeds(schema);
  describeNeeds(schema);
  carryOutMutations(schema);
  noteLongTexts(schema);
  return schema;
};

/** The same text whatever the order of the code. */
export const printManagementSchema = (schema: GraphQLSchema): string =>
  `${printSchema(lexicographicSortSchema(schema))}\n`;

/** Decorators are carried out from the last parameter to the first. */
const orderArguments = (schema: GraphQLSchema): void => {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) field.args = [...field.args].reverse();
  }
};

const describeRoots = (schema: GraphQLSchema): void => {
  const query = schema.getQueryType();
  const mutation = schema.getMutationType();
  if (isObjectType(query)) query.description = 'What can be read.';
  if (isObjectType(mutation)) {
    mutation.description =
      'What can be changed. A mutation that fails has changed nothing; each one, refused ones included, leaves an audit event.';
  }
};
