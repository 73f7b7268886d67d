/** The grant types that are built, by their `grant_type` value (RFC 6749 §4). Metadata, GraphQL enum and metric labels follow from it. */
export const grantNames = ['client_credentials', 'password', 'refresh_token'] as const;

export type GrantName = (typeof grantNames)[number];

export const isGrantName = (value: string): value is GrantName => grantNames.some((name) => name === value);
