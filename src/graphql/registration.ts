import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import { keyEnvironments, type Application, type KeyEnvironment } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import { notFound } from '../model/management-error.js';
import type { Registration, RegistrationInstants } from '../model/registration.js';
import type { User } from '../model/user.js';
import { ApplicationType } from './application.js';
import { KeyEnvironmentEnum } from './enums.js';
import type { OperationContext } from './operation-context.js';
import { objectWeight } from './operation-rows.js';
import { countedConnectionType } from './page.js';
import { DateTimeScalar } from './scalars.js';
import type { Rows } from './turns.js';
import { UserType } from './user.js';

/** A registration as a whole, or with one environment. */
export interface RegistrationNode extends RegistrationInstants {
  readonly applicationId: string;
  readonly userId: string;
  readonly environment: KeyEnvironment | undefined;
  /** Of the operation's figures: then its user and application are read from the same cut. */
  readonly ofCut: boolean;
}

@ObjectType('Registration', {
  description:
    "One user's registration with one application: made by the first access token of the password grant; only an import of history moves it.",
})
export class RegistrationType {
  @Field(() => KeyEnvironmentEnum, { nullable: true, description: 'Null: with the application as a whole.' })
  environment?: KeyEnvironment;

  @Field(() => DateTimeScalar, { description: 'The instant at which he counts.' })
  firstTokenAt!: EpochMillis;

  @Field(() => DateTimeScalar, { description: 'When he last got an access token by the password grant.' })
  lastTokenAt!: EpochMillis;
}

export const RegistrationConnectionType = countedConnectionType('Registration', () => RegistrationType);

@Resolver(() => RegistrationType)
export class RegistrationResolver {
  @FieldResolver(() => ApplicationType, { description: 'What he registered with.' })
  async application(
    @Root() { applicationId, ofCut }: RegistrationNode,
    @Ctx() { loaders }: OperationContext,
  ): Promise<Application> {
    const application = await (ofCut ? loaders.applicationsOfCut : loaders.applications).load(applicationId);
    if (application === undefined) throw notFound('application'); // being deleted: its registrations go a moment later
    return application;
  }

  @FieldResolver(() => UserType, { description: 'Who registered.' })
  async user(@Root() { userId, ofCut }: RegistrationNode, @Ctx() { loaders }: OperationContext): Promise<User> {
    const user = await (ofCut ? loaders.usersOfCut : loaders.users).load(userId);
    if (user === undefined) throw notFound('user'); // being erased: his registrations go a moment later
    return user;
  }
}

/**
 * One per application and environment. What is left of a deleted application is passed over.
 * @throws ManagementError QUERY_TOO_COMPLEX
 */
export const registrationsOfUser = async (
  { loaders, noteRows, inTurns }: OperationContext,
  userId: string,
): Promise<Rows<RegistrationNode>> => {
  const registrations = await loaders.registrationsByUser.load(userId);
  noteRows(registrations.length, objectWeight);
  const applications = await loaders.applications.loadMany(registrations.map(({ applicationId }) => applicationId));
  const nodes = registrations
    .filter((_, index) => applications[index] !== undefined)
    .flatMap(byEnvironment)
    .sort((left, right) => left.firstTokenAt - right.firstTokenAt);
  return inTurns(nodes, objectWeight);
};

const byEnvironment = ({ applicationId, userId, environments }: Registration): readonly RegistrationNode[] =>
  keyEnvironments.flatMap((environment) => {
    const instants = environments[environment];
    return instants === undefined ? [] : [{ ...instants, applicationId, userId, environment, ofCut: false }];
  });
