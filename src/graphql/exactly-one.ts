import { badInput } from '../model/management-error.js';
import type { Given } from './given.js';

/**
 * The one of several arguments that was given.
 * @throws ManagementError BAD_USER_INPUT on the first of `names` when it is none or more than one
 */
export const exactlyOne = <Name extends string>(
  names: readonly Name[],
  args: Readonly<Record<Name, Given<string>>>,
): { readonly name: Name; readonly value: string } => {
  const given = names.flatMap((name) => {
    const value = args[name];
    return typeof value === 'string' ? [{ name, value }] : [];
  });
  const [one, another] = given;
  if (one !== undefined && another === undefined) return one;
  throw badInput(names[0] ?? '', `Give exactly one of ${names.join(', ')}.`);
};
