import { Arg, Ctx, Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { Application, KeyEnvironment } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import type { Page } from '../model/page.js';
import type { Registration } from '../model/registration.js';
import {
  registeredComparison,
  registeredSeries,
  registeredTotal,
  registeredUsersDefinition,
  registrationCount,
  registrationPage,
  type Comparison,
  type RegisteredUsersBucket,
} from '../statistics/registered-users.js';
import type { RegistrationsOf } from '../store/port/registrations.js';
import type { Snapshot } from '../store/port/store.js';
import { ApplicationType } from './application.js';
import { KeyEnvironmentEnum } from './enums.js';
import { figuresOf } from './figures-of.js';
import type { Given } from './given.js';
import type { OperationContext } from './operation-context.js';
import {
  afterDescription,
  countedConnectionOf,
  defaultPageLength,
  firstDescription,
  pageCost,
  type CountedConnection,
} from './page.js';
import { askedPeriod, askedSeries, periodDescription, PeriodInput, seriesCost } from './period.js';
import { RegistrationConnectionType, type RegistrationNode } from './registration.js';
import { DateScalar, DateTimeScalar } from './scalars.js';
import type { Rows } from './turns.js';

export const environmentDescription =
  'Absent: the application as a whole, in which a user of both environments counts once.';

/** Whose figures: an application as a whole, or one of its environments. */
export const statisticsOf = ({ id }: Application, environment: Given<KeyEnvironment>): RegistrationsOf => ({
  applicationId: id,
  ...(environment === null || environment === undefined ? {} : { environment }),
});

@ObjectType('RegisteredUsersBucket', {
  simpleResolvers: true, // many rows, nothing to compute
  description: 'Registered users of one bucket of a period.',
})
export class RegisteredUsersBucketType {
  @Field(() => DateTimeScalar, { description: 'Its first instant.' })
  start!: EpochMillis;

  @Field(() => DateTimeScalar, { description: 'The first instant after it.' })
  end!: EpochMillis;

  @Field(() => DateScalar, { description: 'The local date on which it begins.' })
  date!: string;

  @Field(() => Int, { description: 'Users whose first token was issued in it, of those who are still there.' })
  newUsers!: number;

  @Field(() => Int, {
    description: 'Users registered before its end; in an open bucket, before the instant of reading.',
  })
  totalUsers!: number;

  @Field(() => Int, {
    description:
      'First tokens issued in it to users who were erased since. In neither figure: they explain a report that was printed earlier.',
  })
  erasedUsers!: number;

  @Field(() => Boolean, { description: 'Whether it was over at the instant of reading.' })
  complete!: boolean;
}

@ObjectType('Comparison', {
  description:
    'New users of a period beside those of the period before it, which has the same length by the local calendar.',
})
export class ComparisonType {
  @Field(() => Int, { description: 'New users of the period.' })
  current!: number;

  @Field(() => Int, { description: 'New users of the period before it.' })
  previous!: number;

  @Field(() => Int, { description: 'The difference: current minus previous.' })
  change!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'The difference in percent of previous; null when previous is 0.',
  })
  changePercent?: number;
}

@ObjectType('RegisteredUsers', {
  description:
    'Users who obtained at least one access token by the password grant. All of one operation is read from one cut, so that it agrees.',
})
export class RegisteredUsersType {}

@Resolver(() => ApplicationType)
export class ApplicationRegisteredUsersResolver {
  @FieldResolver(() => RegisteredUsersType, { description: 'Its registered users.' })
  registeredUsers(
    @Root() application: Application,
    @Arg('environment', () => KeyEnvironmentEnum, { nullable: true, description: environmentDescription })
    environment: Given<KeyEnvironment>,
  ): RegistrationsOf {
    return statisticsOf(application, environment);
  }
}

@Resolver(() => RegisteredUsersType)
export class RegisteredUsersResolver {
  @FieldResolver(() => String, { description: 'The sentence that defines the figure, for legends and tooltips.' })
  definition(): string {
    return registeredUsersDefinition;
  }

  @FieldResolver(() => DateTimeScalar, {
    complexity: 1,
    description:
      'Just after the instant of reading. total(at: asOf) and a walk of users(registeredTo: asOf) give the number again later, but for erasures, imports and requests in flight at that instant.',
  })
  asOf(@Ctx() { cut }: OperationContext): Promise<EpochMillis> {
    return cut.read((snapshot) => Promise.resolve(snapshot.asOf));
  }

  @FieldResolver(() => Int, { complexity: 1, description: 'How many there are.' })
  total(
    @Root() of: RegistrationsOf,
    @Arg('at', () => DateTimeScalar, { nullable: true, description: 'Registered before this instant. Absent: now.' })
    at: Given<EpochMillis>,
    @Ctx() context: OperationContext,
  ): Promise<number> {
    return figuresOf(context, of, (snapshot) => registeredTotal(snapshot, of, at ?? undefined));
  }

  @FieldResolver(() => [RegisteredUsersBucketType], {
    complexity: seriesCost(5),
    description: 'New and total users bucket by bucket, empty buckets included.',
  })
  async series(
    @Root() of: RegistrationsOf,
    @Arg('period', () => PeriodInput, { description: periodDescription }) period: PeriodInput,
    @Ctx() context: OperationContext,
  ): Promise<Rows<RegisteredUsersBucket>> {
    const asked = askedSeries(context, period);
    return context.inTurns(await figuresOf(context, of, (snapshot) => registeredSeries(snapshot, of, asked)));
  }

  @FieldResolver(() => ComparisonType, {
    complexity: 3,
    description: 'New users of a period beside those of the period before it of the same local length.',
  })
  comparison(
    @Root() of: RegistrationsOf,
    @Arg('period', () => PeriodInput, { description: 'Which period; its interval only widens it.' })
    period: PeriodInput,
    @Ctx() context: OperationContext,
  ): Promise<Comparison> {
    const asked = askedPeriod(context, period);
    return figuresOf(context, of, (snapshot) => registeredComparison(snapshot, of, asked));
  }

  @FieldResolver(() => RegistrationConnectionType, {
    complexity: pageCost,
    description: 'Who they are, by the instant of the first token.',
  })
  async users(
    @Root() of: RegistrationsOf,
    @Arg('first', () => Int, { nullable: true, defaultValue: defaultPageLength, description: firstDescription })
    first: Given<number>,
    @Arg('after', () => String, { nullable: true, description: afterDescription }) after: Given<string>,
    @Arg('registeredFrom', () => DateTimeScalar, { nullable: true, description: 'Only those from this instant on.' })
    registeredFrom: Given<EpochMillis>,
    @Arg('registeredTo', () => DateTimeScalar, { nullable: true, description: 'Only those before this instant.' })
    registeredTo: Given<EpochMillis>,
    @Ctx() context: OperationContext,
  ): Promise<CountedConnection<RegistrationNode>> {
    const range = rangeOf(registeredFrom, registeredTo);
    return countedConnectionOf(
      context,
      { first, after },
      {
        list: { name: 'RegisteredUsers.users', filters: { ...of, ...range } },
        page: (request) => figuresOf(context, of, (snapshot) => nodePage(snapshot, of, { range, request })),
        positionOf: ({ firstTokenAt, userId }) => ({ at: firstTokenAt, id: userId }),
        count: () => figuresOf(context, of, (snapshot) => registrationCount(snapshot, of, range)),
      },
    );
  }
}

const rangeOf = (from: Given<EpochMillis>, to: Given<EpochMillis>) => ({
  ...(from === null || from === undefined ? {} : { from }),
  ...(to === null || to === undefined ? {} : { to }),
});

const nodePage = async (
  snapshot: Snapshot,
  of: RegistrationsOf,
  asked: Parameters<typeof registrationPage>[2],
): Promise<Page<RegistrationNode>> => {
  const page = await registrationPage(snapshot, of, asked);
  return { ...page, items: page.items.flatMap((registration) => registrationIn(registration, of)) };
};

const registrationIn = (
  { applicationId, userId, firstTokenAt, lastTokenAt, environments }: Registration,
  { environment }: RegistrationsOf,
): readonly RegistrationNode[] => {
  const instants = environment === undefined ? { firstTokenAt, lastTokenAt } : environments[environment];
  return instants === undefined ? [] : [{ ...instants, applicationId, userId, environment, ofCut: true }];
};
