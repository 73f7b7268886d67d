import { needSentence } from './describe-needs.js';
import { isMet, needOf, type Need } from './field-scopes.js';
import { filterNeedOf } from './filter-scopes.js';
import { isMetaField, visitSelectedFields, type SelectedField, type SelectedFrom } from './selected-fields.js';

export interface RefusedField {
  readonly path: readonly string[];
  readonly message: string;
}

export interface ScopeVerdict {
  readonly refused: readonly RefusedField[];
  /** Scopes with which a token may do the whole operation: for `scope` in WWW-Authenticate (RFC 6750 §3). */
  readonly needed: readonly string[];
}

/** Compares what an operation selects, and by what it picks, with what a token may see, from the text alone. */
export const judgeScopes = (from: SelectedFrom, held: ReadonlySet<string>): ScopeVerdict => {
  const refused = new Map<string, RefusedField>();
  const needs = new Set<Need>();
  visitSelectedFields(from, (field) => {
    if (isMetaField(field.node)) return;
    for (const { need, subject } of needsOf(field)) {
      needs.add(need);
      const key = field.path.join('.');
      if (isMet(need, held) || refused.has(key)) continue;
      refused.set(key, {
        path: field.path,
        message: `Your access token lacks a scope. ${subject}${needSentence(need)}`,
      });
    }
  });
  return { refused: [...refused.values()], needed: neededScopes(needs, held) };
};

interface Wanted {
  readonly need: Need;
  /** In front of what it needs. */
  readonly subject: string;
}

const needsOf = ({ node, typeName }: SelectedField): readonly Wanted[] => {
  const { value: fieldName } = node.name;
  const own = { need: needOf(typeName, fieldName) ?? nobody, subject: '' };
  const picking = (node.arguments ?? []).flatMap(({ name }) => {
    const need = filterNeedOf(typeName, fieldName, name.value);
    return need === undefined ? [] : [{ need, subject: `The argument ${name.value}: ` }];
  });
  return [own, ...picking];
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
