import { Arg, Ctx, Field, ID, Int, ObjectType, Query, Resolver } from 'type-graphql';
import type { KeyEnvironment } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import { ManagementError } from '../model/management-error.js';
import { readRegisteredUsersTable, rowsOf, type RegisteredUsersRow } from '../statistics/registered-users-rows.js';
import { KeyEnvironmentEnum } from './enums.js';
import type { Given } from './given.js';
import type { OperationContext } from './operation-context.js';
import { askedPeriod, bucketEstimate, periodDescription, PeriodInput, rowCost } from './period.js';
import { environmentDescription } from './registered-users.js';
import { DateScalar, DateTimeScalar } from './scalars.js';
import type { Rows } from './turns.js';

@ObjectType('RegisteredUsersRow', {
  simpleResolvers: true, // many rows, nothing to compute
  description: 'One application in one bucket: flat, as Grafana and spreadsheets want it.',
})
export class RegisteredUsersRowType {
  @Field(() => ID, { description: 'Whose figures.' })
  applicationId!: string;

  @Field(() => String, { description: 'The name of the application.' })
  applicationName!: string;

  @Field(() => KeyEnvironmentEnum, { nullable: true, description: 'Null: the application as a whole.' })
  environment?: KeyEnvironment;

  @Field(() => DateTimeScalar, { description: 'The first instant of the bucket.' })
  start!: EpochMillis;

  @Field(() => DateScalar, { description: 'The local date on which the bucket begins.' })
  date!: string;

  @Field(() => Int, { description: 'Users whose first token was issued in it, of those who are still there.' })
  newUsers!: number;

  @Field(() => Int, {
    description: 'Users registered before its end; in an open bucket, before the instant of reading.',
  })
  totalUsers!: number;

  @Field(() => Boolean, { description: 'Whether it was over at the instant of reading.' })
  complete!: boolean;
}

/** More go out as CSV, which is never in memory as a whole. */
const rowLimit = 5000;

interface RowArguments {
  readonly args: { readonly period?: PeriodInput; readonly applicationIds?: Given<readonly string[]> };
}

@Resolver()
export class RegisteredUsersRowsResolver {
  @Query(() => [RegisteredUsersRowType], {
    complexity: ({ args: { period, applicationIds } }: RowArguments) =>
      5 + bucketEstimate(period) * (applicationIds?.length ?? 1) * rowCost,
    description:
      'Registered users of many applications bucket by bucket, one application after the other, at most 5,000 rows; /statistics/registered-users.csv has more.',
  })
  async registeredUsers(
    @Arg('period', () => PeriodInput, { description: periodDescription }) period: PeriodInput,
    @Arg('applicationIds', () => [ID], { nullable: true, description: 'Absent: all applications, oldest first.' })
    applicationIds: Given<readonly string[]>,
    @Arg('environment', () => KeyEnvironmentEnum, { nullable: true, description: environmentDescription })
    environment: Given<KeyEnvironment>,
    @Ctx() context: OperationContext,
  ): Promise<Rows<RegisteredUsersRow>> {
    const { store } = context.deps.oauth;
    const query = { applicationIds, environment, period: askedPeriod(context, period) };
    const table = await context.cut.read((snapshot) => readRegisteredUsersTable(store, snapshot, query));
    if (table.applications.length * table.buckets.length > rowLimit) throw tooManyRows();
    return context.inTurns(rowsOf(table));
  }
}

const tooManyRows = () =>
  new ManagementError(
    'QUERY_TOO_COMPLEX',
    `There would be more than ${rowLimit} rows: name fewer applications, shorten the period, or read /statistics/registered-users.csv.`,
  );
