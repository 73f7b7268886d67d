import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { refusalEventOf } from '../management/audit-of.js';
import { isLookedUpId } from '../management/input-limits.js';
import { errorFields } from '../model/error-fields.js';
import { ManagementError, type ManagementErrorCode } from '../model/management-error.js';
import type { Store } from '../store/port/store.js';
import type { OperationContext } from './operation-context.js';

/**
 * Puts a frame around every mutation: it begins with nothing that was read before in the same operation, it is logged, and what it
 * is refused leaves an audit event.
 */
export const carryOutMutations = (schema: GraphQLSchema): void => {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    if (field.resolve !== undefined) field.resolve = framed(field.name, field.resolve);
  }
};

type Resolve = GraphQLFieldResolver<unknown, OperationContext, Readonly<Record<string, unknown>>>;

const framed =
  (action: string, resolve: Resolve): Resolve =>
  async (source, args, context, info) => {
    await context.cut.renew();
    context.loaders.clear();
    const { deps, actor } = context;
    const fields = { action, actor: actor.clientId, requestId: actor.requestId };
    try {
      const payload: unknown = await resolve(source, args, context, info);
      deps.log.info({ ...fields, outcome: 'ok' }, 'management_mutation');
      return payload;
    } catch (refusal) {
      if (!(refusal instanceof ManagementError)) throw refusal;
      deps.log.info({ ...fields, outcome: refusal.code }, 'management_mutation');
      await auditRefusals(context, { actions: [action], code: refusal.code, input: args['input'] });
      throw refusal;
    }
  };

interface Refused {
  readonly actions: Iterable<string>;
  readonly code: ManagementErrorCode;
  /** Absent: it was refused before anything was made of what it names. */
  readonly input?: unknown;
}

/** Writes down what was refused. That the store is away changes nothing in the answer: it is a refusal all the same. */
export const auditRefusals = async (
  { deps, actor }: OperationContext,
  { actions, code, input }: Refused,
): Promise<void> => {
  const { store, clock } = deps.oauth;
  for (const action of actions) {
    try {
      const target = await namedBy(store, input);
      const named = target === undefined ? {} : { target };
      await store.audit.append(refusalEventOf(actor, clock(), { action, code, ...named }));
    } catch (error) {
      deps.log.warn({ ...errorFields(error), action, requestId: actor.requestId }, 'refusal_not_audited');
    }
  }
};

/** What an event of the same mutation would name, had it been carried out: a key set by its id while it is there, else by its client id. */
const namedBy = async ({ applications }: Store, input: unknown): Promise<string | undefined> => {
  if (typeof input !== 'object' || input === null) return undefined;
  const named = new Map<string, unknown>(Object.entries(input));
  const id = ['id', 'userId', 'applicationId'].map((name) => named.get(name)).find(isLookedUpId);
  const clientId = named.get('clientId');
  if (id !== undefined || !isLookedUpId(clientId)) return id;
  return (await applications.findClient(clientId))?.keySet.id ?? clientId;
};
