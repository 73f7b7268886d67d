import { isIP } from 'node:net';
import { idPrefixes } from '../model/id-prefix.js';
import { ManagementError } from '../model/management-error.js';
import { Secret } from '../model/secret.js';
import { timeZone } from '../model/time-zone.js';
import { clientSecretLength, idLength, isVschar } from '../model/vschar.js';

/** Turns a setting's text into its value. @throws BadValue with a sentence that never repeats the text */
export type Parse<T> = (text: string) => T;

/** `message` says what would be right. */
export class BadValue extends Error {}

export const oneOf =
  <T extends string>(...choices: readonly T[]): Parse<T> =>
  (text) => {
    const choice = choices.find((name) => name === text);
    if (choice === undefined) throw new BadValue(`must be one of: ${choices.join(', ')}.`);
    return choice;
  };

export const wholeNumber =
  (min: number, max: number): Parse<number> =>
  (text) => {
    const value = Number(text);
    if (!/^\d{1,9}$/.test(text) || value < min || value > max) {
      throw new BadValue(`must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };

export const yesOrNo: Parse<boolean> = (text) => oneOf('true', 'false')(text) === 'true';

export const path: Parse<string> = (text) => {
  if (text.trim() === '' || /\p{Cc}/u.test(text)) throw new BadValue('must be a path, without line breaks.');
  return text;
};

export const hostName: Parse<string> = (text) => {
  if (isIP(text) === 0 && !/^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/.test(text)) {
    throw new BadValue('must be an IP address or a host name.');
  }
  return text;
};

/** RFC 8414 §2: no query, no fragment. It is compared character by character, so only one spelling is taken. */
export const issuerUrl: Parse<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url === undefined || !isWeb || (url.origin + url.pathname).replace(/\/$/, '') !== text) {
    throw new BadValue(
      'must be a URL like https://auth.example.com or https://example.com/auth: host in lower case, no slash at the end, no query, no fragment.',
    );
  }
  return text;
};

/** May hold a password. */
export const databaseUrl: Parse<Secret> = (text) => {
  if (!/^(?:file:|mongodb(?:\+srv)?:\/\/.)/.test(text) || text.includes('\0')) {
    throw new BadValue('must begin with file:, mongodb:// or mongodb+srv://.');
  }
  if (text.startsWith('file:') && !namesFile.test(text)) {
    throw new BadValue(
      'must be file:relative/path or file:///absolute/path, of a file that is kept, without parameters.',
    );
  }
  return new Secret(text);
};

/** What SQLite makes of `:memory:` and of what stands behind a question mark would only be part of the name here. */
const namesFile = /^file:(?!:memory:)(?:\/\/[^?#]+|(?!\/\/)[^?]+)$/s;

export const secretKeys: Parse<readonly Secret[]> = (text) => {
  const keys = text.split(',').map((key) => key.trim());
  if (!keys.every((key) => /^[A-Za-z0-9_-]{43}$/.test(key))) {
    throw new BadValue(
      'must be 32 bytes in base64url (43 characters: base64 with - and _ for + and /, and no = at the end), or several of these separated by commas.',
    );
  }
  return keys.map((key) => new Secret(key));
};

export const networks: Parse<readonly string[]> = (text) => {
  const list = text.split(',').map((network) => network.trim());
  if (!list.every(isNetwork)) {
    throw new BadValue('must be IP addresses or networks like 10.0.0.0/8, separated by commas.');
  }
  return list;
};

const isNetwork = (network: string): boolean => {
  const [address = '', prefix, more] = network.split('/');
  const family = isIP(address);
  if (family === 0 || more !== undefined) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32));
};

export const zoneName: Parse<string> = (text) => {
  try {
    return timeZone(text, 'statisticsTimeZone').name;
  } catch (error) {
    if (error instanceof ManagementError) throw new BadValue(`is refused. ${error.message}`, { cause: error });
    throw error;
  }
};

/** As RFC 6749 App. A.1 has it; the beginning of a user's id would look like one in `sub`. */
export const clientId: Parse<string> = (text) => {
  if (!isVschar(text, idLength) || text.startsWith(idPrefixes.user)) {
    throw new BadValue(`must be 1 to 255 printable ASCII characters and must not begin with ${idPrefixes.user}.`);
  }
  return text;
};

export const clientSecret: Parse<Secret> = (text) => {
  if (!isVschar(text, clientSecretLength)) throw new BadValue('must be 20 to 255 printable ASCII characters.');
  return new Secret(text);
};
