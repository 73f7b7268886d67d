import type { Keyring } from '../crypto/keyring.js';
import { canonicalJson } from '../management/canonical-json.js';
import { badInput } from '../model/management-error.js';
import type { Position } from '../model/page.js';

/** Which list a cursor is a place of: its query and the filters that were asked for. */
export interface CursorList {
  readonly name: string;
  readonly filters: Readonly<Record<string, unknown>>;
}

/** A place in a list, sealed over the list: it can be given back to the same query with the same filters, and to no other. */
export const writeCursor = (keyring: Keyring, list: CursorList, position: Position): string => {
  const place = JSON.stringify([position.at, position.id]);
  return `${textOf(place)}.${keyring.digest('cursor', sealedText(list, place))}`;
};

/** @throws ManagementError BAD_USER_INPUT on `after` */
export const readCursor = (keyring: Keyring, list: CursorList, cursor: string): Position => {
  const dot = cursor.indexOf('.');
  if (dot < 0 || cursor.length > lengthLimit) throw foreign();
  const place = placeIn(cursor.slice(0, dot));
  if (place === undefined) throw foreign();
  if (!keyring.matches('cursor', sealedText(list, place), cursor.slice(dot + 1))) throw foreign();
  const position: unknown = JSON.parse(place);
  if (!isPlace(position)) throw foreign();
  return { at: position[0], id: position[1] };
};

const lengthLimit = 1024;

const textOf = (place: string): string => Buffer.from(place).toString('base64url');

/** Decoding passes over what is no base64url, such as white space: a place has one spelling. */
const placeIn = (text: string): string | undefined => {
  const place = Buffer.from(text, 'base64url').toString();
  return textOf(place) === text ? place : undefined;
};

const sealedText = ({ name, filters }: CursorList, place: string): string =>
  JSON.stringify([name, canonicalJson(filters), place]);

const isPlace = (value: unknown): value is readonly [number, string] =>
  Array.isArray(value) && typeof value[0] === 'number' && typeof value[1] === 'string';

const foreign = () =>
  badInput('after', 'This is no cursor of this list: give one that the same query with the same filters answered.');
