import { displayedName, multiLine, wholeNumber } from '../management/input-limits.js';
import { badInput } from '../model/management-error.js';

export const nameLength = { min: 1, max: 120 };

/** @throws ManagementError BAD_USER_INPUT on `name` */
export const checkedName = (name: string): string => displayedName('name', name, nameLength);

/** @throws ManagementError BAD_USER_INPUT on `description` */
export const checkedDescription = (description: string): string =>
  multiLine('description', description, { min: 0, max: 1000 });

/** The version that the caller has seen, if he cares. @throws ManagementError BAD_USER_INPUT on `ifVersion` */
export const checkedVersion = (ifVersion: number | null | undefined): number | undefined =>
  ifVersion === undefined || ifVersion === null ? undefined : wholeNumber('ifVersion', ifVersion, versions);

/** As far as GraphQL counts. */
export const versions = { min: 1, max: 2_147_483_647 };

/**
 * A field that can be left out, but has no value to fall back to.
 * @throws ManagementError BAD_USER_INPUT on `field`
 */
export const notNull = <T>(field: string, value: T | null | undefined): T | undefined => {
  if (value === null) throw badInput(field, 'Give a value or leave the field out: it cannot be cleared.');
  return value;
};
