export interface BearerProblem {
  readonly error: 'invalid_request' | 'invalid_token' | 'insufficient_scope';
  readonly description?: string;
  /** What would do. */
  readonly scopes?: readonly string[];
}

/** The `WWW-Authenticate` of a protected resource (RFC 6750 §3); without a problem for whoever sent no token (§3.1). */
export const bearerChallenge = (problem?: BearerProblem): string => {
  const realm = 'Bearer realm="tallygate"';
  if (problem === undefined) return realm;
  const { error, description, scopes } = problem;
  return [
    realm,
    `error="${error}"`,
    ...(description === undefined ? [] : [`error_description="${description}"`]),
    ...(scopes === undefined ? [] : [`scope="${scopes.join(' ')}"`]),
  ].join(', ');
};
