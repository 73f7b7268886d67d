import { Arg, Ctx, Field, FieldResolver, ID, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { lookedUpId, singleLine } from '../management/input-limits.js';
import type { EpochMillis } from '../model/clock.js';
import type { User } from '../model/user.js';
import { enforcedUsername, usernamesFrom } from '../model/username.js';
import type { UserFilter } from '../store/port/users.js';
import { usernameLength } from '../users/user-fields.js';
import { exactlyOne } from './exactly-one.js';
import type { Given } from './given.js';
import { grantPage, GrantConnectionType } from './grant.js';
import type { OperationContext } from './operation-context.js';
import {
  afterDescription,
  countedConnectionOf,
  countedConnectionType,
  defaultPageLength,
  firstDescription,
  NodeType,
  pageCost,
  type CountedConnection,
} from './page.js';
import { registrationsOfUser, RegistrationType, type RegistrationNode } from './registration.js';
import { DateTimeScalar } from './scalars.js';
import type { Rows } from './turns.js';

@ObjectType('User', { implements: NodeType, description: 'Someone who can sign in to applications.' })
export class UserType {
  @Field(() => ID, { description: 'Begins with usr_; the `sub` of his tokens.' })
  id!: string;

  @Field(() => String, {
    description: 'Unique, as the PRECIS profile UsernameCaseMapped (RFC 8265) gives it: without capitals.',
  })
  username!: string;

  @Field(() => String, { nullable: true, description: 'Null when there is none.' })
  email?: string;

  @Field(() => String, { nullable: true, description: 'What people call him; null when there is none.' })
  displayName?: string;

  @Field(() => Boolean, {
    description:
      'While false he gets no token and none of his introspects active. What was issued before does not come back.',
  })
  enabled!: boolean;

  @Field(() => DateTimeScalar, { description: 'When he was created.' })
  createdAt!: EpochMillis;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When his password was last set; null: he has none and cannot use the password grant.',
  })
  passwordChangedAt?: EpochMillis;
}

export const UserConnectionType = countedConnectionType('User', () => UserType);

@Resolver(() => UserType)
export class UserResolver {
  @Query(() => UserType, {
    nullable: true,
    description: 'One user, by exactly one of the arguments; null when there is none.',
  })
  async user(
    @Arg('id', () => ID, { nullable: true, description: 'His id.' }) id: Given<string>,
    @Arg('username', () => String, { nullable: true, description: 'His user name, whatever the capitals.' })
    username: Given<string>,
    @Ctx() { deps }: OperationContext,
  ): Promise<User | undefined> {
    const { users } = deps.oauth.store;
    const asked = exactlyOne(['id', 'username'], { id, username });
    if (asked.name === 'id') return users.find(lookedUpId('id', asked.value));
    const enforced = enforcedUsername(singleLine('username', asked.value, usernameLength));
    return enforced === undefined ? undefined : users.findByUsername(enforced);
  }

  @Query(() => UserConnectionType, { complexity: pageCost, description: 'Users, oldest first.' })
  async users(
    @Arg('first', () => Int, { nullable: true, defaultValue: defaultPageLength, description: firstDescription })
    first: Given<number>,
    @Arg('after', () => String, { nullable: true, description: afterDescription }) after: Given<string>,
    @Arg('usernameStartsWith', () => String, {
      nullable: true,
      description: 'Only those whose user names begin so, whatever the capitals.',
    })
    usernameStartsWith: Given<string>,
    @Arg('enabled', () => Boolean, { nullable: true, description: 'Only those that are enabled, or that are not.' })
    enabled: Given<boolean>,
    @Ctx() context: OperationContext,
  ): Promise<CountedConnection<User>> {
    const { users } = context.deps.oauth.store;
    const filter = userFilter(usernameStartsWith, enabled);
    return countedConnectionOf(
      context,
      { first, after },
      {
        list: { name: 'users', filters: { ...filter } },
        page: (request) => users.page(filter, request),
        positionOf: ({ createdAt, id }) => ({ at: createdAt, id }),
        count: () => users.count(filter),
      },
    );
  }

  @FieldResolver(() => [RegistrationType], {
    complexity: ({ childComplexity }) => 3 * (1 + childComplexity),
    description: 'His registrations, one per application and environment, oldest first.',
  })
  registrations(@Root() { id }: User, @Ctx() context: OperationContext): Promise<Rows<RegistrationNode>> {
    return registrationsOfUser(context, id);
  }

  @FieldResolver(() => GrantConnectionType, {
    complexity: pageCost,
    description: 'His token families, newest first; those that are over included until they are cleaned up.',
  })
  grants(
    @Root() { id: userId }: User,
    @Arg('first', () => Int, { nullable: true, defaultValue: defaultPageLength, description: firstDescription })
    first: Given<number>,
    @Arg('after', () => String, { nullable: true, description: afterDescription }) after: Given<string>,
    @Arg('applicationId', () => ID, { nullable: true, description: 'Only those of this application.' })
    applicationId: Given<string>,
    @Ctx() context: OperationContext,
  ): ReturnType<typeof grantPage> {
    return grantPage(context, { first, after }, { list: 'User.grants', applicationId, userId });
  }
}

const userFilter = (usernameStartsWith: Given<string>, enabled: Given<boolean>): UserFilter => ({
  ...(usernameStartsWith === null || usernameStartsWith === undefined
    ? {}
    : {
        usernames: usernamesFrom(singleLine('usernameStartsWith', usernameStartsWith, { ...usernameLength, min: 0 })),
      }),
  ...(enabled === null || enabled === undefined ? {} : { enabled }),
});
