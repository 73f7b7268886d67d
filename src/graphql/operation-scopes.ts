import { needSentence } from './describe-needs.js';
import { isMet, needOf, type Need } from './field-scopes.js';
import { isMetaField, visitSelectedFields, type SelectedFrom } from './selected-fields.js';

export interface RefusedField {
  readonly path: readonly string[];
  readonly message: string;
}

export interface ScopeVerdict {
  readonly refused: readonly RefusedField[];
  /** Scopes with which a token may do the whole operation: for `scope` in WWW-Authenticate (RFC 6750 §3). */
  readonly needed: readonly string[];
}

/** Compares what an operation selects with what a token may see, from the text alone. */
export const judgeScopes = (from: SelectedFrom, held: ReadonlySet<string>): ScopeVerdict => {
  const refused = new Map<string, RefusedField>();
  const needs = new Set<Need>();
  visitSelectedFields(from, ({ node, typeName, path }) => {
    if (isMetaField(node)) return;
    const need = needOf(typeName, node.name.value) ?? nobody;
    needs.add(need);
    if (isMet(need, held)) return;
    refused.set(path.join('.'), { path, message: `Your access token lacks a scope. ${needSentence(need)}` });
  });
  return { refused: [...refused.values()], needed: neededScopes(needs, held) };
};

const nobody: Need = [];

/** What leaves no choice first; of alternatives the one that adds the least. */
const neededScopes = (needs: ReadonlySet<Need>, held: ReadonlySet<string>): readonly string[] => {
  const needed = new Set<string>();
  const byChoice = [...needs].sort((left, right) => left.length - right.length);
  for (const need of byChoice) {
    if (isMet(need, needed)) continue;
    const [set = []] = need.filter((scopes) => scopes.every((scope) => held.has(scope))).concat(need);
    for (const scope of set) needed.add(scope);
  }
  return [...needed].sort();
};
