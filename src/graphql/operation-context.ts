import type { Actor } from '../model/actor.js';
import type { GraphqlDeps } from './graphql-deps.js';
import { createLoaders, type Loaders } from './loaders.js';
import { operationCut, type OperationCut } from './operation-cut.js';
import { operationRows, type NoteRows } from './operation-rows.js';
import { operationTurns, type Turns } from './turns.js';

/** What the resolvers of one operation share. */
export interface OperationContext {
  readonly deps: GraphqlDeps;
  readonly actor: Actor;
  readonly cut: OperationCut;
  readonly loaders: Loaders;
  readonly inTurns: Turns;
  readonly noteRows: NoteRows;
}

export const operationContext = (deps: GraphqlDeps, actor: Actor): OperationContext => {
  const cut = operationCut(deps.oauth.store);
  return {
    deps,
    actor,
    cut,
    loaders: createLoaders(deps.oauth.store, cut),
    inTurns: operationTurns(),
    noteRows: operationRows(),
  };
};
