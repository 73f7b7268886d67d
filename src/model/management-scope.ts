/** Scopes that open the management API. */
export const managementScopes = [
  'applications:read',
  'applications:write',
  'users:read',
  'users:write',
  'statistics:read',
  'audit:read',
  'settings:write',
] as const;

export type ManagementScope = (typeof managementScopes)[number];

/** Opens every token to whoever holds it, at /introspect. */
export const introspectScope = 'introspect';

/** Scopes that only someone who holds them can hand out. */
export const privilegedScopes: readonly string[] = [...managementScopes, introspectScope];

export const isPrivilegedScope = (scope: string): boolean => privilegedScopes.includes(scope);
