import type { ManagementScope } from '../model/management-scope.js';

/** Sets of scopes, any one of which opens a field when it is held in full. */
export type Need = readonly (readonly ManagementScope[])[];

const oneOf = (...scopes: readonly ManagementScope[]): Need => scopes.map((scope) => [scope]);
const allOf = (...scopes: readonly ManagementScope[]): Need => [scopes];
/** Every token that authenticates at the management API. */
const anyToken: Need = [[]];

const readApplications = oneOf('applications:read');
const writeApplications = oneOf('applications:write');
const readUsers = oneOf('users:read');
const writeUsers = oneOf('users:write');
const readStatistics = oneOf('statistics:read');
const readAudit = oneOf('audit:read');
const writeSettings = oneOf('settings:write');
/** What a dashboard needs to find its way. */
const findApplications = oneOf('applications:read', 'statistics:read');
const readGrants = oneOf('applications:read', 'users:read');
const writeGrants = oneOf('applications:write', 'users:write');
/** What names a thing is also shown to whoever changes it: its id has to be known for the next change. */
const nameApplications = oneOf('applications:read', 'statistics:read', 'applications:write');
const readOrWriteApplications = oneOf('applications:read', 'applications:write');
const readOrWriteUsers = oneOf('users:read', 'users:write');
const readOrWriteGrants = oneOf('applications:read', 'users:read', 'applications:write', 'users:write');
const importHistory = allOf('applications:write', 'users:write');

/** The fields of a type, one by one, or all of them where they go together. */
type TypeNeeds = Need | Readonly<Record<string, Need>>;

/**
 * THE table: which scopes a field needs. Enforcement, descriptions and tests are made from it; a field that is not in it stops the start.
 * A nested field needs what stands here beside what the fields around it need.
 */
const needs: ReadonlyMap<string, TypeNeeds> = new Map<string, TypeNeeds>([
  [
    'Query',
    {
      viewer: anyToken,
      server: anyToken,
      node: allOf('applications:read', 'users:read', 'audit:read'),
      application: findApplications,
      applications: findApplications,
      keySet: readApplications,
      user: readUsers,
      users: readUsers,
      registeredUsers: readStatistics,
      verifyStatistics: readStatistics,
      auditEvents: readAudit,
    },
  ],
  [
    'Mutation',
    {
      createApplication: writeApplications,
      updateApplication: writeApplications,
      deleteApplication: writeApplications,
      generateKeys: writeApplications,
      updateKeys: writeApplications,
      deleteKeys: writeApplications,
      enableGrantTypes: writeApplications,
      disableGrantTypes: writeApplications,
      rotateClientSecret: writeApplications,
      revokeClientSecret: writeApplications,
      generateAccessToken: writeApplications,
      createUser: writeUsers,
      updateUser: writeUsers,
      setUserPassword: writeUsers,
      deleteUser: writeUsers,
      importRegistrations: importHistory,
      revokeGrant: writeGrants,
      revokeGrants: writeGrants,
      rotateSigningKey: writeSettings,
    },
  ],
  [
    'Application',
    {
      id: nameApplications,
      name: nameApplications,
      description: readApplications,
      enabled: readApplications,
      labels: readApplications,
      version: readOrWriteApplications,
      createdAt: readApplications,
      updatedAt: readApplications,
      keys: readApplications,
      registeredUsers: readStatistics,
      activeUsers: readStatistics,
      issuedTokens: readStatistics,
      grants: readApplications,
    },
  ],
  [
    'KeySet',
    {
      id: readOrWriteApplications,
      clientId: readOrWriteApplications,
      environment: readOrWriteApplications,
      application: readOrWriteApplications,
      enabled: readApplications,
      grantTypes: readApplications,
      scopes: readApplications,
      defaultScopes: readApplications,
      audience: readApplications,
      redirectUris: readApplications,
      authenticationMethod: readApplications,
      accessTokenFormat: readApplications,
      accessTokenAlgorithm: readApplications,
      accessTokenHeaderType: readApplications,
      jwks: readApplications,
      accessTokenLifetimeSeconds: readApplications,
      maxAccessTokenLifetimeSeconds: readApplications,
      refreshTokenLifetimeSeconds: readApplications,
      refreshTokenIdleSeconds: readApplications,
      refreshTokenReuseWindowSeconds: readApplications,
      secrets: readApplications,
      lastTokenAt: readApplications,
    },
  ],
  [
    'User',
    {
      id: readOrWriteUsers,
      username: readOrWriteUsers,
      email: readUsers,
      displayName: readUsers,
      enabled: readUsers,
      createdAt: readUsers,
      passwordChangedAt: readUsers,
      registrations: readUsers,
      grants: readUsers,
    },
  ],
  [
    'Grant',
    {
      id: readOrWriteGrants,
      grantType: readGrants,
      application: readGrants,
      environment: readGrants,
      user: readUsers,
      scopes: readGrants,
      issuedAt: readGrants,
      lastUsedAt: readGrants,
      expiresAt: readGrants,
      revokedAt: readOrWriteGrants,
    },
  ],
  [
    'RegisteredUsers',
    {
      definition: readStatistics,
      asOf: readStatistics,
      total: readStatistics,
      series: readStatistics,
      comparison: readStatistics,
      users: readUsers,
    },
  ],
  ['Node', anyToken],
  ['PageInfo', anyToken],
  ['Viewer', anyToken],
  ['Server', anyToken],
  ['ApplicationConnection', findApplications],
  ['ApplicationEdge', findApplications],
  ['Label', readApplications],
  ['ClientSecret', readApplications],
  ['UserConnection', readUsers],
  ['UserEdge', readUsers],
  ['Registration', readUsers],
  ['RegistrationConnection', readUsers],
  ['RegistrationEdge', readUsers],
  ['GrantConnection', readGrants],
  ['GrantEdge', readGrants],
  ['AuditEvent', readAudit],
  ['AuditEventConnection', readAudit],
  ['AuditEventEdge', readAudit],
  ['RegisteredUsersBucket', readStatistics],
  ['Comparison', readStatistics],
  ['ActiveUsers', readStatistics],
  ['ActiveUsersBucket', readStatistics],
  ['IssuedTokensBucket', readStatistics],
  ['RegisteredUsersRow', readStatistics],
  ['StatisticsVerification', readStatistics],
  ['StatisticsDifference', readStatistics],
  ['CreateApplicationPayload', writeApplications],
  ['UpdateApplicationPayload', writeApplications],
  ['DeleteApplicationPayload', writeApplications],
  ['GenerateKeysPayload', writeApplications],
  ['UpdateKeysPayload', writeApplications],
  ['DeleteKeysPayload', writeApplications],
  ['GrantTypesPayload', writeApplications],
  ['RotateClientSecretPayload', writeApplications],
  ['RevokeClientSecretPayload', writeApplications],
  ['GenerateAccessTokenPayload', writeApplications],
  ['CreateUserPayload', writeUsers],
  ['UpdateUserPayload', writeUsers],
  ['SetUserPasswordPayload', writeUsers],
  ['DeleteUserPayload', writeUsers],
  ['ImportRegistrationsPayload', importHistory],
  ['ImportFailure', importHistory],
  ['RevokeGrantPayload', writeGrants],
  ['RevokeGrantsPayload', writeGrants],
  ['RotateSigningKeyPayload', writeSettings],
]);

/** The types that the table covers. */
export const coveredTypes: readonly string[] = [...needs.keys()];

/** Undefined: the table does not cover the field, so that nobody may select it. */
export const needOf = (typeName: string, fieldName: string): Need | undefined => {
  const type = needs.get(typeName);
  if (type === undefined || isNeed(type)) return type;
  return Object.hasOwn(type, fieldName) ? type[fieldName] : undefined;
};

const isNeed = (type: TypeNeeds): type is Need => Array.isArray(type);

export const isMet = (need: Need, held: ReadonlySet<string>): boolean =>
  need.some((set) => set.every((scope) => held.has(scope)));
