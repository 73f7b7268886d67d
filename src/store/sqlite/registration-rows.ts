import { hash } from 'node:crypto';
import { keyEnvironments, type KeyEnvironment } from '../../model/application.js';
import type { EpochMillis } from '../../model/clock.js';
import type { Registration, RegistrationInstants } from '../../model/registration.js';
import type { Statement } from './connection.js';
import type { Engine } from './engine.js';
import type { FigureChanges } from './figures.js';

export interface RegistrationRow {
  readonly key: Uint8Array;
  readonly application_id: string;
  /** Null: the tombstone of an erased user. */
  readonly user_id: string | null;
  readonly first_at: number;
  readonly last_at: number;
  readonly production_first: number | null;
  readonly production_last: number | null;
  readonly sandbox_first: number | null;
  readonly sandbox_last: number | null;
}

/** The column of first instants, and with it the order, of an environment or (absent) the whole. */
export const firstColumn = (environment: KeyEnvironment | undefined): FirstColumn =>
  environment === undefined ? 'first_at' : firstColumns[environment];

type FirstColumn = 'first_at' | 'production_first' | 'sandbox_first';

const firstColumns = { PRODUCTION: 'production_first', SANDBOX: 'sandbox_first' } as const;
const lastColumns = { PRODUCTION: 'production_last', SANDBOX: 'sandbox_last' } as const;

/** 128 bits: enough for what nobody chooses, and it cannot be turned back into a user id. */
export const registrationKey = (applicationId: string, userId: string): Uint8Array =>
  hash('sha256', `${applicationId}\n${userId}`, 'buffer').subarray(0, 16);

export const instantsOf = (row: RegistrationRow, environment: KeyEnvironment): RegistrationInstants | undefined => {
  const firstTokenAt = row[firstColumns[environment]];
  const lastTokenAt = row[lastColumns[environment]];
  return firstTokenAt === null || lastTokenAt === null ? undefined : { firstTokenAt, lastTokenAt };
};

export const withInstants = (
  row: RegistrationRow,
  environment: KeyEnvironment,
  instants: RegistrationInstants,
): RegistrationRow => ({
  ...row,
  first_at: Math.min(row.first_at, instants.firstTokenAt),
  last_at: Math.max(row.last_at, instants.lastTokenAt),
  [firstColumns[environment]]: instants.firstTokenAt,
  [lastColumns[environment]]: instants.lastTokenAt,
});

export const newRow = (
  {
    applicationId,
    userId,
    environment,
  }: Pick<Registration, 'applicationId' | 'userId'> & { readonly environment: KeyEnvironment },
  at: EpochMillis,
): RegistrationRow =>
  withInstants(
    {
      key: registrationKey(applicationId, userId),
      application_id: applicationId,
      user_id: userId,
      first_at: at,
      last_at: at,
      production_first: null,
      production_last: null,
      sandbox_first: null,
      sandbox_last: null,
    },
    environment,
    { firstTokenAt: at, lastTokenAt: at },
  );

/** Keeps the first instants, which stay in the figures as those of an erased user, and nothing else. */
export const tombstoneOf = (row: RegistrationRow): RegistrationRow => ({
  ...row,
  user_id: null,
  last_at: row.first_at,
  production_last: row.production_first,
  sandbox_last: row.sandbox_first,
});

export const registrationOf = (row: RegistrationRow, userId: string): Registration => ({
  applicationId: row.application_id,
  userId,
  firstTokenAt: row.first_at,
  lastTokenAt: row.last_at,
  environments: Object.fromEntries(
    keyEnvironments.flatMap((environment) => {
      const instants = instantsOf(row, environment);
      return instants === undefined ? [] : [[environment, instants]];
    }),
  ),
});

export interface RegistrationRows {
  readonly byKey: Statement<RegistrationRow>;
  /** Writes a row and gathers what it changes in the kept figures. */
  save(before: RegistrationRow | undefined, after: RegistrationRow, figures: FigureChanges): void;
}

export const registrationRows = (engine: Engine): RegistrationRows => {
  const save = engine.statement(
    `INSERT INTO registrations (key, application_id, user_id, first_at, last_at,
       production_first, production_last, sandbox_first, sandbox_last)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET user_id = excluded.user_id, first_at = excluded.first_at, last_at = excluded.last_at,
       production_first = excluded.production_first, production_last = excluded.production_last,
       sandbox_first = excluded.sandbox_first, sandbox_last = excluded.sandbox_last`,
  );
  return {
    byKey: engine.statement<RegistrationRow>('SELECT * FROM registrations WHERE key = ?'),
    save: (before, after, figures) => {
      save.run(
        ...[after.key, after.application_id, after.user_id, after.first_at, after.last_at],
        ...[after.production_first, after.production_last, after.sandbox_first, after.sandbox_last],
      );
      if (before !== undefined) count(before, -1, figures);
      count(after, 1, figures);
    },
  };
};

const count = (row: RegistrationRow, sign: 1 | -1, figures: FigureChanges): void => {
  const change = row.user_id === null ? { registered: 0, erased: sign } : { registered: sign, erased: 0 };
  for (const environment of [undefined, ...keyEnvironments]) {
    const at = row[firstColumn(environment)];
    if (at !== null) figures.add({ applicationId: row.application_id, environment }, at, change);
  }
};
