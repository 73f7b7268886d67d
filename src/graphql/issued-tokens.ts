import { Arg, Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { Application, KeyEnvironment } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import { grantNames, type GrantName } from '../model/grant-name.js';
import { issuedTokens, type IssuedTokensBucket } from '../statistics/issued-tokens.js';
import { ApplicationType } from './application.js';
import { GrantTypeEnum, KeyEnvironmentEnum } from './enums.js';
import type { Given } from './given.js';
import type { OperationContext } from './operation-context.js';
import { askedSeries, periodDescription, PeriodInput, seriesCost } from './period.js';
import { statisticsOf } from './registered-users.js';
import { DateScalar, DateTimeScalar } from './scalars.js';
import type { Rows } from './turns.js';

@ObjectType('IssuedTokensBucket', {
  simpleResolvers: true, // many rows, nothing to compute
  description: 'Access tokens by one grant type in one bucket of a period.',
})
export class IssuedTokensBucketType {
  @Field(() => DateTimeScalar, { description: 'Its first instant.' })
  start!: EpochMillis;

  @Field(() => DateTimeScalar, { description: 'The first instant after it.' })
  end!: EpochMillis;

  @Field(() => DateScalar, { description: 'The local date on which it begins.' })
  date!: string;

  @Field(() => GrantTypeEnum, { description: 'What they were asked for by.' })
  grantType!: GrantName;

  @Field(() => Int, { description: 'Access tokens issued. A crash loses at most the last second.' })
  issued!: number;

  @Field(() => Int, {
    description:
      'Token requests by this grant of clients that had authenticated, answered with an error. A crash loses at most the last second.',
  })
  refused!: number;

  @Field(() => Boolean, { description: 'Whether it was over at the instant of reading.' })
  complete!: boolean;
}

@Resolver(() => ApplicationType)
export class ApplicationIssuedTokensResolver {
  @FieldResolver(() => [IssuedTokensBucketType], {
    complexity: seriesCost(10, grantNames.length),
    description: 'Its access tokens, issued and refused, by bucket and grant type, zeros included.',
  })
  async issuedTokens(
    @Root() application: Application,
    @Arg('environment', () => KeyEnvironmentEnum, {
      nullable: true,
      description: 'Absent: both environments together.',
    })
    environment: Given<KeyEnvironment>,
    @Arg('period', () => PeriodInput, { description: periodDescription }) period: PeriodInput,
    @Ctx() context: OperationContext,
  ): Promise<Rows<IssuedTokensBucket>> {
    const asked = askedSeries(context, period, grantNames.length);
    const of = statisticsOf(application, environment);
    return context.inTurns(await context.cut.read((snapshot) => issuedTokens(snapshot, of, asked)));
  }
}
