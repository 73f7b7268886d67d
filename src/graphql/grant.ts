import { Ctx, Field, FieldResolver, ID, ObjectType, Resolver, Root } from 'type-graphql';
import { lookedUpId } from '../management/input-limits.js';
import type { Application, KeyEnvironment } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import type { GrantName } from '../model/grant-name.js';
import { notFound } from '../model/management-error.js';
import type { TokenFamily } from '../model/token-family.js';
import type { User } from '../model/user.js';
import { ApplicationType } from './application.js';
import { GrantTypeEnum, KeyEnvironmentEnum } from './enums.js';
import type { Given } from './given.js';
import type { OperationContext } from './operation-context.js';
import { connectionOf, connectionType, NodeType, type Connection, type PageArguments } from './page.js';
import { DateTimeScalar } from './scalars.js';
import { UserType } from './user.js';

@ObjectType('Grant', {
  implements: NodeType,
  description:
    'A token family: all tokens that descend from one authorisation of one user. Tokens of client_credentials belong to none.',
})
export class GrantType {
  @Field(() => ID, { description: 'Begins with fam_.' })
  id!: string;

  @Field(() => GrantTypeEnum, { description: 'What it was opened by.' })
  grantType!: GrantName;

  @Field(() => KeyEnvironmentEnum, { description: 'Of the key set that it belongs to.' })
  environment!: KeyEnvironment;

  @Field(() => [String], { description: 'As first granted; a refresh can narrow a token, never the grant.' })
  scopes!: readonly string[];

  @Field(() => DateTimeScalar, { description: 'When its first token was issued.' })
  issuedAt!: EpochMillis;

  @Field(() => DateTimeScalar, { description: 'When it was last refreshed; without that, when it was issued.' })
  lastUsedAt!: EpochMillis;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When it was revoked, by hand or because its user, key set or grant type was switched off or his password changed; null: it was not, or it ran out before.',
  })
  revokedAt?: EpochMillis;
}

export const GrantConnectionType = connectionType('Grant', () => GrantType);

@Resolver(() => GrantType)
export class GrantResolver {
  @FieldResolver(() => DateTimeScalar, {
    description: 'When it ends if it is not refreshed before; a refresh moves it, up to the end of its lifetime.',
  })
  expiresAt(@Root() { idleExpiresAt, absoluteExpiresAt }: TokenFamily): EpochMillis {
    return Math.min(idleExpiresAt, absoluteExpiresAt);
  }

  @FieldResolver(() => ApplicationType, { description: 'Whose client got the tokens.' })
  async application(
    @Root() { applicationId }: TokenFamily,
    @Ctx() { loaders }: OperationContext,
  ): Promise<Application> {
    const application = await loaders.applications.load(applicationId);
    if (application === undefined) throw notFound('application'); // being deleted: its families go a moment later
    return application;
  }

  @FieldResolver(() => UserType, {
    nullable: true,
    description: 'Whom the tokens speak for; null when he was erased, or when the client got them for itself.',
  })
  user(@Root() { userId }: TokenFamily, @Ctx() { loaders }: OperationContext): Promise<User | undefined> | undefined {
    return userId === undefined ? undefined : loaders.users.load(userId);
  }
}

interface GrantsOf {
  readonly list: 'Application.grants' | 'User.grants';
  readonly applicationId: Given<string>;
  readonly userId: Given<string>;
}

/** Token families of an application, a user, or both. */
export const grantPage = (
  context: OperationContext,
  args: PageArguments,
  { list, applicationId, userId }: GrantsOf,
): Promise<Connection<TokenFamily>> => {
  const filter = {
    ...(applicationId === null || applicationId === undefined
      ? {}
      : { applicationId: lookedUpId('applicationId', applicationId) }),
    ...(userId === null || userId === undefined ? {} : { userId: lookedUpId('userId', userId) }),
  };
  return connectionOf(context, args, {
    list: { name: list, filters: filter },
    page: (request) => context.deps.oauth.store.tokens.pageFamilies(filter, request),
    positionOf: ({ issuedAt, id }) => ({ at: issuedAt, id }),
  });
};
