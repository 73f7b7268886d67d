import { Field, ID, Int, InterfaceType, ObjectType } from 'type-graphql';
import { wholeNumber } from '../management/input-limits.js';
import { idPrefixes } from '../model/id-prefix.js';
import { pageLengths, type Page, type PageRequest, type Position } from '../model/page.js';
import { readCursor, writeCursor, type CursorList } from './cursor.js';
import type { Given } from './given.js';
import type { OperationContext } from './operation-context.js';
import { objectWeight } from './operation-rows.js';
import type { Plain } from './plain.js';

@InterfaceType('Node', {
  description: 'Something with an id of its own, which node(id) finds again.',
  resolveType: ({ id }: { readonly id: string }) => nodeTypeOf(id),
})
export abstract class NodeType {
  @Field(() => ID, { description: 'Never used twice; its beginning tells the type.' })
  id!: string;
}

/** How ids begin → the type that `node(id)` finds. */
const nodeTypes = [
  [idPrefixes.application, 'Application'],
  [idPrefixes.keySet, 'KeySet'],
  [idPrefixes.user, 'User'],
  [idPrefixes.family, 'Grant'],
  [idPrefixes.event, 'AuditEvent'],
] as const;

export type NodeTypeName = (typeof nodeTypes)[number][1];

export const nodeTypeOf = (id: string): NodeTypeName | undefined =>
  nodeTypes.find(([prefix]) => id.startsWith(prefix))?.[1];

@ObjectType('PageInfo', { description: 'Where a page of a list stands.' })
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether there is more behind endCursor.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether `after` was given: lists are walked forward only.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first item; null on an empty page.' })
  startCursor?: string;

  @Field(() => String, { nullable: true, description: 'Cursor of the last item, for `after`; null on an empty page.' })
  endCursor?: string;
}

export const afterDescription =
  'A cursor of the same list with the same filters: items behind it. Absent: from the beginning.';
export const firstDescription = `Items of a page, ${pageLengths.min} to ${pageLengths.max}.`;

export interface PageArguments {
  readonly first: Given<number>;
  readonly after: Given<string>;
}

export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly nodes: readonly T[];
  readonly pageInfo: Plain<PageInfoType>;
}

interface Listing<T> {
  readonly list: CursorList;
  readonly page: (request: PageRequest) => Promise<Page<T>>;
  readonly positionOf: (item: T) => Position;
}

/**
 * One page of a list, forward by keyset.
 * @throws ManagementError BAD_USER_INPUT on `first` or `after`; QUERY_TOO_COMPLEX
 */
export const connectionOf = async <T>(
  { deps, oneByOne, noteRows, noteTexts }: OperationContext,
  args: PageArguments,
  { list, page, positionOf }: Listing<T>,
): Promise<Connection<T>> => {
  const { keyring } = deps.oauth;
  const first = wholeNumber('first', args.first ?? defaultPageLength, pageLengths);
  const after = args.after ?? undefined;
  const request = after === undefined ? { first } : { first, after: readCursor(keyring, list, after) };
  const { items, hasNextPage } = await oneByOne(async () => {
    noteTexts(''); // there may be too many already
    const found = await page(request);
    noteRows(found.items.length, objectWeight);
    noteTexts(found.items);
    return found;
  });
  const edges = items.map((node) => ({ cursor: writeCursor(keyring, list, positionOf(node)), node }));
  const [start, end] = [edges.at(0)?.cursor, edges.at(-1)?.cursor];
  return {
    edges,
    nodes: items,
    pageInfo: {
      hasNextPage,
      hasPreviousPage: after !== undefined,
      ...(start === undefined ? {} : { startCursor: start }),
      ...(end === undefined ? {} : { endCursor: end }),
    },
  };
};

/** A page of a list whose length is counted when somebody asks for it. */
export interface CountedConnection<T> extends Connection<T> {
  readonly totalCount: () => Promise<number>;
}

/**
 * As `connectionOf`, for lists that can be counted.
 * @throws ManagementError BAD_USER_INPUT on `first` or `after`
 */
export const countedConnectionOf = async <T>(
  context: OperationContext,
  args: PageArguments,
  { count, ...listing }: Listing<T> & { readonly count: () => Promise<number> },
): Promise<CountedConnection<T>> => ({ ...(await connectionOf(context, args, listing)), totalCount: count });

export const defaultPageLength = 20;

/** What a page costs (`operation-limits`): its items, as many as were asked for. */
export const pageCost = ({
  args,
  childComplexity,
}: {
  readonly args: { readonly first?: number | null };
  readonly childComplexity: number;
}): number => 1 + Math.min(Math.max(args.first ?? defaultPageLength, 1), pageLengths.max) * childComplexity;

/** The two types of a list of `node`s: the connection and its edge. */
export const connectionType = (name: string, node: () => object) => {
  @ObjectType(`${name}Edge`, { description: 'An item of a list and its place in it.' })
  class EdgeType {
    @Field(() => String, { description: 'The place of the item, for `after`.' })
    cursor!: string;

    @Field(() => node(), { description: 'The item.' })
    node!: object;
  }

  @ObjectType(`${name}Connection`, { description: 'One page of a list.' })
  class ConnectionType {
    @Field(() => [EdgeType], { complexity: 0, description: 'The items of the page, each with its cursor.' })
    edges!: EdgeType[];

    @Field(() => [node()], { description: 'The items of the page.' })
    nodes!: object[];

    @Field(() => PageInfoType, { complexity: 0, description: 'Where the page stands in the list.' })
    pageInfo!: PageInfoType;
  }
  return ConnectionType;
};

/** As `connectionType`, for lists that can be counted. */
export const countedConnectionType = (name: string, node: () => object) => {
  @ObjectType(`${name}Connection`, { description: 'One page of a list that can be counted.' })
  class CountedConnectionType extends connectionType(name, node) {
    @Field(() => Int, {
      simple: true, // a function: called when the field is selected
      complexity: 0,
      description: 'Length of the whole list; counted only when it is asked for.',
    })
    totalCount!: number;
  }
  return CountedConnectionType;
};
