import { Arg, Ctx, Field, FieldResolver, ID, InputType, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { checkedName, nameLength } from '../applications/application-fields.js';
import { labelKeyLength, labelValueLength } from '../applications/labels.js';
import { lookedUpId, singleLine } from '../management/input-limits.js';
import { keySetsOf, nameKey, type Application, type KeyEnvironment, type Label } from '../model/application.js';
import type { EpochMillis } from '../model/clock.js';
import type { ApplicationFilter } from '../store/port/applications.js';
import { KeyEnvironmentEnum } from './enums.js';
import { exactlyOne } from './exactly-one.js';
import type { Given } from './given.js';
import { grantPage, GrantConnectionType } from './grant.js';
import { keySetOf, KeySetType, type KeySetNode } from './key-set.js';
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
  type PageArguments,
} from './page.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType('Label', { description: 'A pair for scripts and filters.' })
export class LabelType {
  @Field(() => String, { description: '1 to 63 letters, digits or any of . _ / -; once per application.' })
  key!: string;

  @Field(() => String, { description: 'Up to 255 characters.' })
  value!: string;
}

@InputType('LabelInput', { description: 'A label as it is to be, or to be looked for.' })
export class LabelInput {
  @Field(() => String, { description: '1 to 63 letters, digits or any of . _ / -; once per application.' })
  key!: string;

  @Field(() => String, { description: 'Up to 255 characters.' })
  value!: string;
}

@ObjectType('Application', {
  implements: NodeType,
  description: 'What an administrator registers. It has up to two key sets, one per environment.',
})
export class ApplicationType {
  @Field(() => ID, { description: 'Begins with app_.' })
  id!: string;

  @Field(() => String, { description: '1 to 120 characters, unique whatever the capitals.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'Up to 1,000 characters for people; null when there is none.' })
  description?: string;

  @Field(() => Boolean, {
    description:
      'While false no token is issued to its key sets and none introspects active. What was issued before does not come back; statistics stay.',
  })
  enabled!: boolean;

  @Field(() => [LabelType], { description: 'Free pairs for scripts and filters, at most 20.' })
  labels!: readonly Label[];

  @Field(() => Int, {
    description:
      'Raised by every change of the application or its keys. Given back as `ifVersion` it refuses a change that was made without knowing another one.',
  })
  version!: number;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt!: EpochMillis;

  @Field(() => DateTimeScalar, { description: 'When it or one of its key sets was last changed.' })
  updatedAt!: EpochMillis;
}

export const ApplicationConnectionType = countedConnectionType('Application', () => ApplicationType);

interface ApplicationsFilter {
  readonly nameContains: Given<string>;
  readonly enabled: Given<boolean>;
  readonly label: Given<Label>;
}

@Resolver(() => ApplicationType)
export class ApplicationResolver {
  @Query(() => ApplicationType, {
    nullable: true,
    description: 'One application, by exactly one of the arguments; null when there is none.',
  })
  async application(
    @Arg('id', () => ID, { nullable: true, description: 'Its id.' }) id: Given<string>,
    @Arg('clientId', () => String, { nullable: true, description: 'The client id of one of its key sets.' })
    clientId: Given<string>,
    @Arg('name', () => String, { nullable: true, description: 'Its name, whatever the capitals.' })
    name: Given<string>,
    @Ctx() { deps }: OperationContext,
  ): Promise<Application | undefined> {
    const { applications } = deps.oauth.store;
    const asked = exactlyOne(['id', 'clientId', 'name'], { id, clientId, name });
    switch (asked.name) {
      case 'id':
        return applications.find(lookedUpId('id', asked.value));
      case 'clientId':
        return (await applications.findClient(lookedUpId('clientId', asked.value)))?.application;
      case 'name':
        return applications.findByName(nameKey(checkedName(asked.value)));
    }
  }

  @Query(() => ApplicationConnectionType, {
    complexity: pageCost,
    description: 'Applications, oldest first.',
  })
  async applications(
    @Arg('first', () => Int, { nullable: true, defaultValue: defaultPageLength, description: firstDescription })
    first: Given<number>,
    @Arg('after', () => String, { nullable: true, description: afterDescription }) after: Given<string>,
    @Arg('nameContains', () => String, {
      nullable: true,
      description: 'Only those whose names have this part, whatever the capitals.',
    })
    nameContains: Given<string>,
    @Arg('enabled', () => Boolean, { nullable: true, description: 'Only those that are enabled, or that are not.' })
    enabled: Given<boolean>,
    @Arg('label', () => LabelInput, { nullable: true, description: 'Only those that have this label.' })
    label: Given<Label>,
    @Ctx() context: OperationContext,
  ): Promise<CountedConnection<Application>> {
    return applicationPage(context, { first, after }, applicationFilter({ nameContains, enabled, label }));
  }

  @FieldResolver(() => [KeySetType], {
    complexity: ({ childComplexity }) => 2 * (1 + childComplexity),
    description: 'Its key sets, production first.',
  })
  keys(
    @Root() application: Application,
    @Arg('environment', () => KeyEnvironmentEnum, { nullable: true, description: 'Only the key set of this one.' })
    environment: Given<KeyEnvironment>,
  ): readonly KeySetNode[] {
    return keySetsOf(application)
      .filter((keySet) => (environment ?? keySet.environment) === keySet.environment)
      .map((keySet) => keySetOf({ application, keySet }));
  }

  @FieldResolver(() => GrantConnectionType, {
    complexity: pageCost,
    description:
      'Token families of its key sets, newest first; those that are over included until they are cleaned up.',
  })
  grants(
    @Root() { id: applicationId }: Application,
    @Arg('first', () => Int, { nullable: true, defaultValue: defaultPageLength, description: firstDescription })
    first: Given<number>,
    @Arg('after', () => String, { nullable: true, description: afterDescription }) after: Given<string>,
    @Arg('userId', () => ID, { nullable: true, description: 'Only those of this user.' }) userId: Given<string>,
    @Ctx() context: OperationContext,
  ): ReturnType<typeof grantPage> {
    return grantPage(context, { first, after }, { list: 'Application.grants', applicationId, userId });
  }
}

const applicationPage = (
  context: OperationContext,
  args: PageArguments,
  filter: ApplicationFilter,
): Promise<CountedConnection<Application>> => {
  const { applications } = context.deps.oauth.store;
  return countedConnectionOf(context, args, {
    list: { name: 'applications', filters: { ...filter } },
    page: (request) => applications.page(filter, request),
    positionOf: ({ createdAt, id }) => ({ at: createdAt, id }),
    count: () => applications.count(filter),
  });
};

const applicationFilter = ({ nameContains, enabled, label }: ApplicationsFilter): ApplicationFilter => ({
  ...(nameContains === null || nameContains === undefined
    ? {}
    : { nameContains: nameKey(singleLine('nameContains', nameContains, { ...nameLength, min: 0 })) }),
  ...(enabled === null || enabled === undefined ? {} : { enabled }),
  ...(label === null || label === undefined
    ? {}
    : {
        label: {
          key: singleLine('label.key', label.key, { min: 0, max: labelKeyLength }),
          value: singleLine('label.value', label.value, labelValueLength),
        },
      }),
});
