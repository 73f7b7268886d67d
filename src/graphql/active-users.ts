import { Arg, Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { Application, KeyEnvironment } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import { timeZone } from '../model/time-zone.js';
import {
  activeUsers,
  activeUsersSeries,
  type ActiveUsersBucket,
  type ActiveWindow,
} from '../statistics/active-users.js';
import type { ActivityOf } from '../store/port/activity.js';
import { ApplicationType } from './application.js';
import { KeyEnvironmentEnum } from './enums.js';
import type { Given } from './given.js';
import type { OperationContext } from './operation-context.js';
import { askedSeries, bucketEstimate, periodDescription, PeriodInput, type PeriodArguments } from './period.js';
import { environmentDescription, statisticsOf } from './registered-users.js';
import { DateScalar, DateTimeScalar, TimeZoneScalar } from './scalars.js';
import type { Rows } from './turns.js';

const dateDescription = 'The last day of the window. Absent: today in the time zone.';
const zoneDescription = "Whose days. Absent: the server's statisticsTimeZone.";

@ObjectType('ActiveUsersBucket', {
  simpleResolvers: true, // many rows, nothing to compute
  description: 'Active users of one bucket of a period.',
})
export class ActiveUsersBucketType {
  @Field(() => DateTimeScalar, { description: 'Its first instant.' })
  start!: EpochMillis;

  @Field(() => DateTimeScalar, { description: 'The first instant after it.' })
  end!: EpochMillis;

  @Field(() => DateScalar, { description: 'The local date on which it begins.' })
  date!: string;

  @Field(() => Int, { description: 'Distinct users who obtained a token in it. Buckets do not add up.' })
  activeUsers!: number;

  @Field(() => Boolean, { description: 'Whether it was over at the instant of reading.' })
  complete!: boolean;
}

@ObjectType('ActiveUsers', {
  description:
    'Distinct users who obtained any token as themselves, refreshes included. Kept by quarter hours and written within a second; erased users are left out.',
})
export class ActiveUsersType {}

@Resolver(() => ApplicationType)
export class ApplicationActiveUsersResolver {
  @FieldResolver(() => ActiveUsersType, { description: 'Its active users.' })
  activeUsers(
    @Root() application: Application,
    @Arg('environment', () => KeyEnvironmentEnum, { nullable: true, description: environmentDescription })
    environment: Given<KeyEnvironment>,
  ): ActivityOf {
    return statisticsOf(application, environment);
  }
}

@Resolver(() => ActiveUsersType)
export class ActiveUsersResolver {
  @FieldResolver(() => Int, { complexity: 5, description: 'Active users of one day.' })
  daily(
    @Root() of: ActivityOf,
    @Arg('date', () => DateScalar, { nullable: true, description: dateDescription }) date: Given<string>,
    @Arg('timeZone', () => TimeZoneScalar, { nullable: true, description: zoneDescription }) zone: Given<string>,
    @Ctx() context: OperationContext,
  ): Promise<number> {
    return activeIn(context, of, { window: 'daily', date, zone });
  }

  @FieldResolver(() => Int, { complexity: 10, description: 'Active users of seven days that end with a day.' })
  weekly(
    @Root() of: ActivityOf,
    @Arg('date', () => DateScalar, { nullable: true, description: dateDescription }) date: Given<string>,
    @Arg('timeZone', () => TimeZoneScalar, { nullable: true, description: zoneDescription }) zone: Given<string>,
    @Ctx() context: OperationContext,
  ): Promise<number> {
    return activeIn(context, of, { window: 'weekly', date, zone });
  }

  @FieldResolver(() => Int, { complexity: 20, description: 'Active users of thirty days that end with a day.' })
  monthly(
    @Root() of: ActivityOf,
    @Arg('date', () => DateScalar, { nullable: true, description: dateDescription }) date: Given<string>,
    @Arg('timeZone', () => TimeZoneScalar, { nullable: true, description: zoneDescription }) zone: Given<string>,
    @Ctx() context: OperationContext,
  ): Promise<number> {
    return activeIn(context, of, { window: 'monthly', date, zone });
  }

  @FieldResolver(() => [ActiveUsersBucketType], {
    // Each bucket counts its users anew.
    complexity: ({ args }: PeriodArguments) => 10 + bucketEstimate(args.period) / 2,
    description: 'Active users of each bucket, empty ones included.',
  })
  async series(
    @Root() of: ActivityOf,
    @Arg('period', () => PeriodInput, { description: periodDescription }) period: PeriodInput,
    @Ctx() context: OperationContext,
  ): Promise<Rows<ActiveUsersBucket>> {
    const asked = askedSeries(context, period);
    return context.inTurns(await context.cut.read((snapshot) => activeUsersSeries(snapshot, of, asked)));
  }
}

interface Asked {
  readonly window: ActiveWindow;
  readonly date: Given<string>;
  readonly zone: Given<string>;
}

const activeIn = ({ cut, deps }: OperationContext, of: ActivityOf, { window, date, zone }: Asked): Promise<number> => {
  const inZone = timeZone(zone ?? deps.statisticsTimeZone, 'timeZone');
  return cut.read((snapshot) => activeUsers(snapshot, of, { window, date, timeZone: inZone }));
};
