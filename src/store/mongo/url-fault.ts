import { mongo } from 'mongoose';
import { nearestName } from '../../model/nearest-name.js';
import { clientOptions, urlOptions } from './client-options.js';

/**
 * What is wrong with the text of a URL, part by part, before the driver reads it: the driver lets some of it pass, and says of the rest in words
 * that may hold the part itself, and with it the password. Here the part is named, and what would be right.
 */
export const faultInText = (url: string): string | undefined => {
  const parts = partsOf(url);
  return userFault(parts) ?? hostFault(parts) ?? nameFault(parts) ?? optionFault(parts) ?? repeatFault(parts);
};

/** What the driver did not like in such a URL. */
export const faultOfRefused = (url: string): string =>
  valueFault(partsOf(url)) ?? 'The database URL is not a valid MongoDB connection string.';

interface Parts {
  readonly scheme: string;
  readonly user: string | undefined;
  readonly hosts: readonly string[];
  readonly name: string;
  readonly options: readonly string[];
}

const partsOf = (url: string): Parts => {
  const [, scheme = '', user, hosts = '', name = '', options = ''] =
    /^(mongodb(?:\+srv)?:\/\/)(?:([^@]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(url) ?? [];
  return { scheme, user, hosts: hosts.split(','), name, options: options.split('&').filter((text) => text !== '') };
};

/** An @ behind the first one is most likely of a password too. */
const userFault = ({ user, hosts, name, options }: Parts): string | undefined => {
  const later = [...hosts, name, ...options.map(nameOf)];
  if (user === undefined) return undefined;
  if (/^(?::|$)/.test(user)) return 'The database URL has an @ without a user name before it.';
  if (isEncoded(user) && userInfo.test(user) && !later.some((part) => part.includes('@'))) return undefined;
  return 'The user name or the password in the database URL holds a character that must be percent-encoded: write %3A for :, %2F for /, %3F for ?, %23 for #, %5B for [, %5D for ], %40 for @ and %25 for %.';
};

const userInfo = /^[^:/?#[\]]+(?::[^:/?#[\]]*)?$/;

const hostFault = ({ scheme, hosts }: Parts): string | undefined => {
  if (hosts.join('') === '') return 'The database URL names no host.';
  if (scheme === srv) {
    const isOne = hosts.length === 1 && accepts(`${srv}${hosts.join('')}/`);
    return isOne ? undefined : 'A database URL that begins with mongodb+srv:// names one host, without a port.';
  }
  const wrong = hosts.findIndex((host) => !/^\S+$/.test(host) || !accepts(`mongodb://${host}/`));
  if (wrong === -1) return undefined;
  return `${place('host', wrong, hosts)} in the database URL is not a name or an address with a port from 1 to 65535 or without; an IPv6 address stands in brackets.`;
};

const srv = 'mongodb+srv://';

const nameFault = ({ name }: Parts): string | undefined =>
  isEncoded(name)
    ? undefined
    : 'The name of the database in the database URL holds a % that encodes nothing: write %25 for %.';

/** One that there is not, or that would change what is decided for all. */
const optionFault = ({ options }: Parts): string | undefined => {
  const wrong = options.findIndex((option) => knownName(option) === undefined);
  if (wrong === -1) return undefined;
  const nearest = nearestName(nameOf(options[wrong]), urlOptions);
  const meant = nearest === undefined ? 'leave it out' : `leave it out, or write ${nearest}`;
  return `${place('option', wrong, options)} behind the ? of the database URL is not one that Tallygate takes: ${meant}.`;
};

const repeatFault = ({ options }: Parts): string | undefined => {
  const names = options.map(knownName);
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  return repeated && `The database URL has the option ${repeated} more than once.`;
};

/** Which options it is, the driver tells by taking the URL without them. */
const valueFault = ({ scheme, user, hosts, name, options }: Parts): string | undefined => {
  const host = scheme === srv ? 'a.b.c' : 'a';
  const alone = options.filter((option) =>
    [host, `a:b@${host}`].every((who) => !accepts(`${scheme}${who}/?${option}`)),
  );
  if (alone.length > 0) return `The database URL has a value that the option does not take: ${namesOf(alone)}.`;
  const before = `${scheme}${user === undefined ? '' : `${user}@`}${hosts.join(',')}/${name}`;
  const blamed = options.filter((one) => accepts(`${before}?${options.filter((other) => other !== one).join('&')}`));
  if (blamed.length === 0) return undefined;
  return `An option of the database URL does not go with the others, with its hosts or with its user: ${namesOf(blamed)}.`;
};

const accepts = (url: string): boolean => {
  try {
    return new mongo.MongoClient(url, clientOptions(1)) instanceof mongo.MongoClient;
  } catch {
    return false;
  }
};

const isEncoded = (text: string): boolean => {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};

const nameOf = (option = ''): string => option.replace(/=.*$/s, '');

/** As it is listed, so that nothing of the URL is repeated. */
const knownName = (option: string): string | undefined =>
  urlOptions.find((name) => name.toLowerCase() === nameOf(option).toLowerCase());

const namesOf = (options: readonly string[]): string => options.map(knownName).join(', ');

const place = (noun: string, index: number, list: readonly string[]): string =>
  list.length === 1 ? `The ${noun}` : `The ${noun} number ${index + 1}`;
