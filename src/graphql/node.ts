import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { lookedUpId } from '../management/input-limits.js';
import { keySetsOf } from '../model/application.js';
import { pagesOfApplications } from '../store/port/pages-of-applications.js';
import type { Store } from '../store/port/store.js';
import { keySetOf, type KeySetNode } from './key-set.js';
import type { OperationContext } from './operation-context.js';
import { NodeType, nodeTypeOf, type NodeTypeName } from './page.js';
import type { Plain } from './plain.js';

/** A key set may have to be looked for. */
const nodeCost = 50;

@Resolver()
export class NodeResolver {
  @Query(() => NodeType, {
    complexity: nodeCost,
    nullable: true,
    description:
      'What has this id and is a Node; null when there is nothing, and for what is none, like a client secret.',
  })
  node(
    @Arg('id', () => ID, { description: 'The id of an Application, KeySet, User, Grant or AuditEvent.' }) id: string,
    @Ctx() { deps }: OperationContext,
  ): Promise<Found | undefined> {
    return findNode(deps.oauth.store, lookedUpId('id', id));
  }
}

type Found = Plain<NodeType>;

const findNode = async (store: Store, id: string): Promise<Found | undefined> => {
  const type = nodeTypeOf(id);
  return type === undefined ? undefined : finders[type](store, id);
};

/** Nothing finds a key set by its id: it lives inside its application. Looked for page by page, which nobody does often. */
const findKeySet = async (store: Store, id: string): Promise<KeySetNode | undefined> => {
  for await (const page of pagesOfApplications(store.applications, {})) {
    for (const application of page) {
      const keySet = keySetsOf(application).find((one) => one.id === id);
      if (keySet !== undefined) return keySetOf({ application, keySet });
    }
  }
  return undefined;
};

const finders: Readonly<Record<NodeTypeName, (store: Store, id: string) => Promise<Found | undefined>>> = {
  Application: (store, id) => store.applications.find(id),
  KeySet: findKeySet,
  User: (store, id) => store.users.find(id),
  Grant: (store, id) => store.tokens.findFamily(id),
  AuditEvent: (store, id) => store.audit.find(id),
};
