import { atMost } from '../management/input-limits.js';
import { badInput } from '../model/management-error.js';

const redirectUriLimit = 20;
const lengthLimit = 2048;
/** What a URI is written with (RFC 3986 §2); what the URL parser would put right is refused, because the text is compared as it is. */
const uriCharacters = /^[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=%-]+$/;
const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Where a client may be sent back to: absolute URIs without a fragment (RFC 6749 §3.1.2), by https, by http on the loopback interface, or by
 * an app's own scheme that is a domain name turned round (RFC 8252 §7).
 * @throws ManagementError BAD_USER_INPUT on `redirectUris` or `redirectUris.<index>`
 */
export const checkedRedirectUris = (redirectUris: readonly string[]): readonly string[] => {
  for (const [index, uri] of atMost('redirectUris', redirectUris, redirectUriLimit).entries()) {
    const refusal = refusalOf(uri);
    if (refusal !== undefined) throw badInput(`redirectUris.${index}`, refusal);
  }
  return [...new Set(redirectUris)];
};

const refusalOf = (uri: string): string | undefined => {
  if (uri.length > lengthLimit || !uriCharacters.test(uri) || !URL.canParse(uri)) {
    return `Give an absolute URI (RFC 3986) of at most ${lengthLimit} characters.`;
  }
  if (uri.includes('#')) return 'Leave out the fragment.';
  const url = new URL(uri);
  if (url.username !== '' || url.password !== '') return 'Leave out the user name and password.';
  return isAllowed(uri, url)
    ? undefined
    : 'Use https, http on the loopback interface, or a private scheme like com.example.app:';
};

const isAllowed = (uri: string, url: URL): boolean => {
  switch (url.protocol) {
    case 'https:':
      return /^https:\/\/[^/\\]/i.test(uri);
    case 'http:':
      return /^http:\/\/[^/\\]/i.test(uri) && loopbackHosts.has(url.hostname);
    default:
      return url.protocol.includes('.');
  }
};
