import type { Fixtures } from './fixtures.js';

type Variables = Readonly<Record<string, unknown>>;

/** How one operation is tried: what lets it through, and what it says otherwise. */
export interface OperationCase {
  readonly document: string;
  /** Exactly these are enough for the document. */
  readonly scopes: readonly string[];
  readonly variables?: (fixtures: Fixtures) => Variables | Promise<Variables>;
  /** Part of `data`. */
  readonly expected: object;
  /** There is no wrong scope. */
  readonly openToAnyToken?: true;
  /** Absent: nothing that it names can be missing. */
  readonly notFound?: { readonly variables: Variables } & (
    { readonly expected: object } | { readonly code: 'NOT_FOUND' }
  );
  /** Absent: it takes no input. */
  readonly badInput?: {
    readonly variables: Variables | ((fixtures: Fixtures) => Variables | Promise<Variables>);
    readonly field: string;
  };
}
