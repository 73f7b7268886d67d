/** Where the management API is. */
export const managementPath = '/graphql';

/** Tallygate's own API as a protected resource: the audience of tokens that hold a management scope. */
export const managementAudience = (issuer: string): string => issuer + managementPath;
