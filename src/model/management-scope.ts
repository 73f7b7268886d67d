/** Scopes that open the management API; `introspect` is granted like one of them. */
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

/** Scopes that only someone who holds them can hand out. */
export const privilegedScopes: readonly string[] = [...managementScopes, 'introspect'];

export const isPrivilegedScope = (scope: string): boolean => privilegedScopes.includes(scope);
