import type { Actor } from '../model/actor.js';
import type { GraphqlDeps } from './graphql-deps.js';
import { createLoaders, type Loaders } from './loaders.js';
import { oneByOne, type OneByOne } from './one-by-one.js';
import { operationCut, type OperationCut } from './operation-cut.js';
import { operationRows, type RowNotes } from './operation-rows.js';
import { operationTurns, type Turns } from './turns.js';

/** What the resolvers of one operation share. */
export interface OperationContext extends RowNotes {
  readonly deps: GraphqlDeps;
  readonly actor: Actor;
  readonly cut: OperationCut;
  readonly loaders: Loaders;
  readonly inTurns: Turns;
  /** Pages of lists are read so: what one holds is noted before the next is read. */
  readonly oneByOne: OneByOne;
}

export const operationContext = (deps: GraphqlDeps, actor: Actor): OperationContext => {
  const cut = operationCut(deps.oauth.store);
  return {
    deps,
    actor,
    cut,
    loaders: createLoaders(deps.oauth.store, cut),
    inTurns: operationTurns(),
    oneByOne: oneByOne(),
    ...operationRows(),
  };
};
