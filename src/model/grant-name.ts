/** The grant types that are built, by their `grant_type` value (RFC 6749 §4). Metadata, GraphQL enum and metric labels follow from it. */
export const grantNames = ['client_credentials', 'password', 'refresh_token'] as const;

export type GrantName = (typeof grantNames)[number];

/** What a grant has to do with token families: it makes none, opens one, or goes on with one that another grant opened. */
export const familyPart: Readonly<Record<GrantName, 'none' | 'opens' | 'continues'>> = {
  client_credentials: 'none',
  password: 'opens',
  refresh_token: 'continues',
};

export const isGrantName = (value: string): value is GrantName => grantNames.some((name) => name === value);
