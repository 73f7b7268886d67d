import { Arg, Ctx, Field, FieldResolver, ID, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { lookedUpId, singleLine } from '../management/input-limits.js';
import type { AuditEvent } from '../model/audit-event.js';
import type { EpochMillis } from '../model/clock.js';
import { badInput, managementErrorCodes } from '../model/management-error.js';
import type { Given } from './given.js';
import type { OperationContext } from './operation-context.js';
import {
  afterDescription,
  connectionOf,
  connectionType,
  defaultPageLength,
  firstDescription,
  NodeType,
  pageCost,
  type Connection,
} from './page.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType('AuditEvent', {
  implements: NodeType,
  description:
    'What a mutation did or was refused, be it before it was carried out: for want of a scope, for an input that does not fit, or as too complex. What is refused to one client over and over for one target makes one event a minute, that of the first time.',
})
export class AuditEventType {
  @Field(() => ID, { description: 'Begins with evt_.' })
  id!: string;

  @Field(() => DateTimeScalar, { description: 'When it happened, by the clock of the store.' })
  at!: EpochMillis;

  @Field(() => String, { description: 'The client id of whoever called.' })
  actor!: string;

  @Field(() => String, {
    description: 'Name of the mutation; or what the server did by itself, retireClientSecrets or keepAdministrator.',
  })
  action!: string;

  @Field(() => String, { description: 'How it ended: "ok" or the error code.' })
  outcome!: string;

  @Field(() => String, { description: 'The request that it belongs to, as in its answer and in the log.' })
  requestId!: string;

  @Field(() => String, { nullable: true, description: 'The address of the caller; null when it is not known.' })
  remoteAddress?: string;

  @Field(() => String, {
    nullable: true,
    description:
      'What was changed, before and after, as JSON; without secrets, and of users the names of the fields only (of `enabled` its values). Null when nothing was, and where action and target say all.',
  })
  changes?: string;
}

export const AuditEventConnectionType = connectionType('AuditEvent', () => AuditEventType);

@Resolver(() => AuditEventType)
export class AuditEventResolver {
  @FieldResolver(() => String, {
    description:
      'Id of what was changed: of a key set its own, where keys are generated that of their application. A refusal has the same one, or the client id where there is no such key set. Empty where nothing was named, and where it was refused before that was looked at.',
  })
  target(@Root() { target }: AuditEvent): string {
    return target ?? '';
  }

  @Query(() => AuditEventConnectionType, { complexity: pageCost, description: 'Audit events, newest first.' })
  auditEvents(
    @Arg('first', () => Int, { nullable: true, defaultValue: defaultPageLength, description: firstDescription })
    first: Given<number>,
    @Arg('after', () => String, { nullable: true, description: afterDescription }) after: Given<string>,
    @Arg('action', () => String, { nullable: true, description: 'Only those of this name.' })
    action: Given<string>,
    @Arg('target', () => ID, { nullable: true, description: 'Only those with this target.' })
    target: Given<string>,
    @Arg('outcome', () => String, { nullable: true, description: 'Only those that ended so: "ok" or an error code.' })
    outcome: Given<string>,
    @Ctx() context: OperationContext,
  ): Promise<Connection<AuditEvent>> {
    const filter = {
      ...(action === null || action === undefined ? {} : { action: singleLine('action', action, bounds) }),
      ...(target === null || target === undefined ? {} : { target: lookedUpId('target', target) }),
      ...(outcome === null || outcome === undefined ? {} : { outcome: askedOutcome(outcome) }),
    };
    return connectionOf(
      context,
      { first, after },
      {
        list: { name: 'auditEvents', filters: filter },
        page: (request) => context.deps.oauth.store.audit.page(filter, request),
        positionOf: ({ at, id }) => ({ at, id }),
      },
    );
  }
}

const bounds = { min: 1, max: 100 };

/** Unlike an action, which a version before this one may have had, it is one of a closed set: another one is misspelt. */
const askedOutcome = (outcome: string): string => {
  if (outcomes.has(outcome)) return outcome;
  throw badInput('outcome', `Give one of ${[...outcomes].join(', ')}.`);
};

const outcomes: ReadonlySet<string> = new Set<string>(['ok', ...managementErrorCodes]);
