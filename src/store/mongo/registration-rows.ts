import { createHash } from 'node:crypto';
import { keyEnvironments, type KeyEnvironment } from '../../model/application.js';
import type { Registration, RegistrationInstants } from '../../model/registration.js';
import type { ImportOutcome, NewRegistration } from '../port/registrations.js';
import type { RegistrationDocument } from './documents.js';
import { firstField, lastField } from './kept-periods.js';
import type { Condition } from './listing.js';

/** Of a row whose user is erased. */
export const nobody = '';

/** Deterministic, so that a user has one row with an application; it cannot be turned back into a user id. */
export const registrationKey = (applicationId: string, userId: string): string =>
  createHash('sha256').update(`${applicationId}\n${userId}`).digest('base64url');

export const instantsOf = (
  row: RegistrationDocument,
  environment: KeyEnvironment,
): RegistrationInstants | undefined => {
  const firstTokenAt = row[firstField[environment]];
  return firstTokenAt === undefined
    ? undefined
    : { firstTokenAt, lastTokenAt: row[lastField[environment]] ?? firstTokenAt };
};

/** The whole is the union of the environments: its first is the earliest of theirs, its last the latest. */
export const withInstants = (
  row: RegistrationDocument,
  environment: KeyEnvironment,
  instants: RegistrationInstants,
): RegistrationDocument => {
  const moved: RegistrationDocument = {
    ...row,
    first: Math.min(row.first, instants.firstTokenAt),
    last: Math.max(row.last ?? row.first, instants.lastTokenAt),
    [firstField[environment]]: instants.firstTokenAt,
    [lastField[environment]]: instants.lastTokenAt,
  };
  return { ...moved, newest: Math.max(moved.first, moved.productionFirst ?? 0, moved.sandboxFirst ?? 0) };
};

export const newRow = ({ applicationId, environment, userId, at }: NewRegistration): RegistrationDocument =>
  withInstants({ _id: registrationKey(applicationId, userId), applicationId, userId, first: at }, environment, {
    firstTokenAt: at,
    lastTokenAt: at,
  });

export const registrationOf = (row: RegistrationDocument): Registration => ({
  applicationId: row.applicationId,
  userId: row.userId,
  firstTokenAt: row.first,
  lastTokenAt: row.last ?? row.first,
  environments: Object.fromEntries(
    keyEnvironments.flatMap((environment) => {
      const instants = instantsOf(row, environment);
      return instants === undefined ? [] : [[environment, instants]];
    }),
  ),
});

/** The row as long as its user and its first instants are what they were: the condition of every change of first instants. */
export const unmoved = ({ _id, userId, first, productionFirst, sandboxFirst }: RegistrationDocument): Condition => ({
  _id,
  userId,
  first,
  productionFirst: productionFirst ?? { $exists: false },
  sandboxFirst: sandboxFirst ?? { $exists: false },
});

/** What a write sets to make `before` into `after`; last instants only grow, also by logins that come in between. */
export const changesTo = (after: RegistrationDocument): Condition => {
  const { first, productionFirst, sandboxFirst, newest, last, productionLast, sandboxLast } = after;
  return { $set: { first, productionFirst, sandboxFirst, newest }, $max: { last, productionLast, sandboxLast } };
};

/** Keeps the first instants, which stay in the figures as those of an erased user, and nothing else. */
export const burial: Condition = {
  $set: { userId: nobody },
  $unset: { last: 1, productionLast: 1, sandboxLast: 1 },
};

export const imported = (
  row: RegistrationDocument | undefined,
  registration: NewRegistration,
): { readonly row: RegistrationDocument; readonly outcome: ImportOutcome } => {
  const { environment, at } = registration;
  if (row === undefined) return { row: newRow(registration), outcome: 'created' };
  if (row.userId === nobody) return { row, outcome: 'erased' };
  const known = instantsOf(row, environment);
  if (known === undefined) {
    return { row: withInstants(row, environment, { firstTokenAt: at, lastTokenAt: at }), outcome: 'created' };
  }
  if (known.firstTokenAt <= at) return { row, outcome: 'unchanged' };
  return { row: withInstants(row, environment, { ...known, firstTokenAt: at }), outcome: 'moved' };
};
