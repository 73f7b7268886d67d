import { atMost } from '../management/input-limits.js';
import { badInput } from '../model/management-error.js';

const scopeLimit = 100;
/** scope-token of RFC 6749 §3.3. */
const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/;

/**
 * What a client may ask for: scope tokens, each once, in the order given.
 * @throws ManagementError BAD_USER_INPUT on `scopes` or `scopes.<index>`
 */
export const checkedScopes = (scopes: readonly string[]): readonly string[] => {
  for (const [index, scope] of atMost('scopes', scopes, scopeLimit).entries()) {
    if (scopeToken.test(scope)) continue;
    throw badInput(`scopes.${index}`, 'Give 1 to 128 printable ASCII characters without space, " and \\.');
  }
  return [...new Set(scopes)];
};

/**
 * What a client gets when it asks for none: some of its scopes.
 * @throws ManagementError BAD_USER_INPUT on `defaultScopes` or `defaultScopes.<index>`
 */
export const checkedDefaultScopes = (
  defaultScopes: readonly string[],
  scopes: readonly string[],
): readonly string[] => {
  for (const [index, scope] of atMost('defaultScopes', defaultScopes, scopeLimit).entries()) {
    if (!scopes.includes(scope)) throw badInput(`defaultScopes.${index}`, 'Give only scopes that the keys have.');
  }
  return [...new Set(defaultScopes)];
};
