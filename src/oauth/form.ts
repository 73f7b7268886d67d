import { isUtf8 } from 'node:buffer';
import type { EndpointRequest } from './endpoints/endpoint.js';
import { OAuthError } from './oauth-error.js';

/** The parsed form. Parameters without a value are left out (RFC 6749 §3.2). */
export interface Form {
  get(name: string): string | undefined;
  /** Every value of a parameter that may be repeated, in the order sent: `resource`, `audience`. */
  getAll(name: string): readonly string[];
}

const parameterLimit = 64;
const nameLimit = 128;
/** RFC 8707 §2, RFC 8693 §2.1. */
const repeatable: ReadonlySet<string> = new Set(['resource', 'audience']);

/** What belongs into the body and the `Authorization` header, never into a URI (RFC 6749 §2.3.1, RFC 9700 §4.3.2): URIs are logged and kept. */
const sensitive: ReadonlySet<string> = new Set([
  'client_id',
  'client_secret',
  'client_assertion',
  'username',
  'password',
  'code',
  'refresh_token',
  'assertion',
  'token',
  'access_token',
]);

/**
 * The form of a POST to an OAuth endpoint.
 * @throws OAuthError invalid_request for a credential in the query, another content type or charset, and for what `parseForm` refuses
 */
export const readForm = (request: EndpointRequest): Form => {
  if (request.query !== '') refuseCredentials(request.query);
  if (request.body.length > 0) requireFormType(request.headers['content-type']);
  return parseForm(request.body);
};

/**
 * `application/x-www-form-urlencoded` in UTF-8 (RFC 6749 App. B): each name once, at most 64 parameters, names of at most 128 bytes.
 * @throws OAuthError invalid_request
 */
export const parseForm = (body: Buffer): Form => {
  const text = body.toString('utf8');
  // With `%00` refused as it stands on the wire no decoded value can hold U+0000, which stores would cut strings at.
  if (!isUtf8(body) || text.includes('\0') || text.includes('%00')) throw notUtf8();
  const pairs = text === '' ? [] : text.split('&');
  if (pairs.length > parameterLimit) throw refused('The body has more than 64 parameters.');
  const values = new Map<string, string>();
  const repeated = new Map<string, string[]>();
  for (const pair of pairs) {
    if (pair === '') continue;
    const [name, value] = parsePair(pair);
    if (repeatable.has(name)) addTo(repeated, name, value);
    else if (values.has(name)) throw refused('The body has a parameter more than once.');
    else values.set(name, value);
  }
  return {
    get: (name) => values.get(name) || undefined,
    getAll: (name) => repeated.get(name) ?? [],
  };
};

/** Undoes form-urlencoding: of a parameter, and of the two halves of Basic credentials (RFC 6749 §2.3.1). Undefined when it is none. */
export const formDecoded = (text: string): string | undefined => {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    // A `%` without two hexadecimal digits, or bytes that are no UTF-8: the caller answers in its own words.
    return undefined;
  }
};

const parsePair = (pair: string): readonly [name: string, value: string] => {
  const end = pair.indexOf('=');
  const name = formDecoded(end === -1 ? pair : pair.slice(0, end));
  const value = formDecoded(end === -1 ? '' : pair.slice(end + 1));
  if (name === undefined || value === undefined) throw notUtf8();
  if (Buffer.byteLength(name) > nameLimit) {
    throw refused('The body has a parameter whose name is longer than 128 bytes.');
  }
  return [name, value];
};

const addTo = (lists: Map<string, string[]>, name: string, value: string): void => {
  if (value === '') return;
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [value]);
  else list.push(value);
};

/** Whether a parameter of a query string has one of these names, which are ASCII. */
export const hasNameIn = (query: string, names: ReadonlySet<string>): boolean =>
  query.split('&').some((pair) => {
    const [name = ''] = pair.split('=', 1);
    return canBeAscii.test(name) && names.has(formDecoded(name) ?? '');
  });

/** Others are not decoded: two thousand that fail take longer than a whole request. */
const canBeAscii = /^(?:[^%]|%[0-7][\da-f])*$/i;

const refuseCredentials = (query: string): void => {
  if (hasNameIn(query, sensitive)) {
    throw refused('Send credentials and tokens in the body or the Authorization header, never in the URL.');
  }
};

/** As a token and as a quoted string (RFC 9110 §5.6.6); `utf8` is another label of the same encoding (WHATWG Encoding §4.2), which programs write. */
const utf8Names: ReadonlySet<string> = new Set(['utf-8', '"utf-8"', 'utf8', '"utf8"']);

const requireFormType = (contentType: EndpointRequest['headers'][string]): void => {
  if (contentType === 'application/x-www-form-urlencoded') return;
  const [type = '', ...parameters] = String(contentType).toLowerCase().split(';');
  if (type.trim() !== 'application/x-www-form-urlencoded') {
    throw refused('Send the parameters with the content type application/x-www-form-urlencoded.');
  }
  for (const parameter of parameters) {
    const [name = '', ...value] = parameter.split('=').map((part) => part.trim());
    if (name === 'charset' && !utf8Names.has(value.join('='))) throw refused('Send the parameters in UTF-8.');
  }
};

const notUtf8 = (): OAuthError =>
  refused('The body is not form-urlencoded UTF-8: each % needs two hexadecimal digits, and U+0000 is not allowed.');

const refused = (description: string): OAuthError => new OAuthError('invalid_request', description);
