import type { KeySet } from '../model/application.js';
import { isPrivilegedScope } from '../model/management-scope.js';
import { OAuthError } from './oauth-error.js';

/** Characters of a line in the log: a client can have a hundred scopes. */
const detailLimit = 500;

/** scope-token *( SP scope-token ) of RFC 6749 §3.3. */
const scopeSyntax = /^[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*$/;

/**
 * The scopes of a `scope` parameter, each once.
 * @throws OAuthError invalid_scope when it is malformed
 */
export const parseScope = (scope: string): ReadonlySet<string> => {
  if (scopeSyntax.test(scope)) return new Set(scope.split(' '));
  throw invalidScope('Write scopes in printable ASCII without quotation mark and backslash, one space between them.');
};

/**
 * What a request is granted of the scopes that it can have, in their order, so that `b a` and `a b` are answered alike. Without a
 * `scope` parameter: the key set's default scopes, as far as it can have them here (RFC 6749 §3.3).
 * @throws OAuthError invalid_scope
 */
export const grantedScopes = (
  scope: string | undefined,
  { keySet, allowed }: { readonly keySet: KeySet; readonly allowed: readonly string[] },
): readonly string[] => {
  if (scope === undefined) return defaultScopes(keySet, allowed);
  const asked = parseScope(scope);
  const granted = allowed.filter((name) => asked.has(name));
  if (granted.length === asked.size) return granted;
  throw new OAuthError('invalid_scope', 'The client cannot have one of these scopes by this grant.', {
    detail: `it can have: ${allowed.join(' ')}`.slice(0, detailLimit),
  });
};

/** Scopes that a grant of a user can give: those that open the management API or introspection go to clients alone. */
export const ordinaryScopes = (keySet: KeySet): readonly string[] =>
  keySet.scopes.filter((scope) => !isPrivilegedScope(scope));

export const invalidScope = (description: string): OAuthError => new OAuthError('invalid_scope', description);

const defaultScopes = (keySet: KeySet, allowed: readonly string[]): readonly string[] => {
  const names = keySet.defaultScopes ?? ['default'];
  const granted = allowed.filter((name) => names.includes(name));
  if (granted.length > 0) return granted;
  throw invalidScope('Ask for a scope: the client has no default scope that this grant can give.');
};
