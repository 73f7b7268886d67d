import { Arg, Ctx, Field, ID, Int, ObjectType, Query, Resolver } from 'type-graphql';
import type { KeyEnvironment } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import type { StatisticsDifference } from '../statistics/statistics-difference.js';
import type { StatisticsVerification } from '../statistics/verify-statistics.js';
import { KeyEnvironmentEnum } from './enums.js';
import type { Given } from './given.js';
import type { OperationContext } from './operation-context.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType('StatisticsDifference', { description: 'A figure that is not what the registrations say.' })
export class StatisticsDifferenceType {
  @Field(() => ID, { description: 'Whose figure.' })
  applicationId!: string;

  @Field(() => KeyEnvironmentEnum, { nullable: true, description: 'Null: of the application as a whole.' })
  environment?: KeyEnvironment;

  @Field(() => String, { description: 'Which figure, with the UTC days that it is about.' })
  figure!: string;

  @Field(() => Int, { description: 'What is kept or answered.' })
  kept!: number;

  @Field(() => Int, { description: 'What counting the registrations one by one gives.' })
  counted!: number;
}

@ObjectType('StatisticsVerification', { description: 'What a recount found.' })
export class StatisticsVerificationType {
  @Field(() => DateTimeScalar, { description: 'What was registered before it was checked.' })
  asOf!: EpochMillis;

  @Field(() => Int, { description: 'How many applications.' })
  checkedApplications!: number;

  @Field(() => Int, { description: 'How many registrations.' })
  checkedRegistrations!: number;

  @Field(() => [StatisticsDifferenceType], { description: 'The goal is none; at most 1,000 are listed.' })
  differences!: readonly StatisticsDifference[];
}

/** It reads every registration: one in an operation. */
const verificationCost = 600;

@Resolver()
export class StatisticsVerificationResolver {
  @Query(() => StatisticsVerificationType, {
    complexity: verificationCost,
    description:
      'Recounts everything from the registrations and compares kept counts, series, list, CSV and metric with it. Works in small slices beside the traffic; a million registrations take some seconds.',
  })
  verifyStatistics(
    @Arg('applicationId', () => ID, { nullable: true, description: 'Absent: all applications.' })
    applicationId: Given<string>,
    @Ctx() { deps, cut }: OperationContext,
  ): Promise<StatisticsVerification> {
    return cut.before(() => deps.verifyStatistics({ applicationId }));
  }
}
