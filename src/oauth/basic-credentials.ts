import { Secret } from '../model/secret.js';
import { formDecoded } from './form.js';

export interface BasicCredentials {
  readonly clientId: string;
  readonly clientSecret: Secret;
}

const basic = /^basic +(\S+)$/i;
const control = /\p{Cc}/u;

/**
 * Client credentials of an `Authorization` header by HTTP Basic (RFC 7617) with both halves form-urlencoded (RFC 6749 §2.3.1).
 * Undefined for another scheme and for whatever does not decode: strict base64 of UTF-8, a colon, no control characters.
 */
export const parseBasic = (authorization: string): BasicCredentials | undefined => {
  const pair = strictBase64(basic.exec(authorization)?.[1] ?? '');
  const colon = pair.indexOf(':');
  if (colon === -1) return undefined;
  const clientId = formDecoded(pair.slice(0, colon));
  const clientSecret = formDecoded(pair.slice(colon + 1));
  if (clientId === undefined || clientSecret === undefined) return undefined;
  if (control.test(clientId) || control.test(clientSecret)) return undefined;
  return { clientId, clientSecret: new Secret(clientSecret) };
};

/** The text whose one base64 form this is, else nothing: Node skips foreign characters and missing padding, so encode again and compare. */
const strictBase64 = (encoded: string): string => {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  return Buffer.from(text, 'utf8').toString('base64') === encoded ? text : '';
};
