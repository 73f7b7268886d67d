import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { isMet, needOf } from '../../src/graphql/field-scopes.js';
import { costLimit, lineLimit, selectionLimit, sensitiveMutations, tokenLimit } from '../../src/graphql/operation-limits.js';
import { managementErrorCodes } from '../../src/model/management-error.js';
import { managementScopes, type ManagementScope } from '../../src/model/management-scope.js';

const page = readFileSync('docs/administration.md', 'utf8');
const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));

/** What the scope opens of a root type: `name`, or `name with others` where it takes more than this one. */
const openedBy = (scope: ManagementScope, typeName: 'Query' | 'Mutation'): string =>
  Object.keys((typeName === 'Query' ? schema.getQueryType() : schema.getMutationType())?.getFields() ?? {})
    .flatMap((field) => {
      const need = needOf(typeName, field) ?? [];
      const [set] = isMet(need, new Set()) ? [] : need.filter((scopes) => scopes.includes(scope));
      const others = set?.filter((other) => other !== scope).map((other) => `\`${other}\``) ?? [];
      return set === undefined ? [] : [`\`${field}\`${others.length === 0 ? '' : ` with ${others.join(' and ')}`}`];
    })
    .join(', ');

const scopesTable = [
  '| scope | queries | mutations |',
  '|---|---|---|',
  ...managementScopes.map((scope) => `| \`${scope}\` | ${openedBy(scope, 'Query')} | ${openedBy(scope, 'Mutation')} |`),
].join('\n');

describe('the page about administration', () => {
  it('says what each management scope opens', () => {
    const [, written] = /<!-- scopes -->\n(.*)\n<!-- \/scopes -->/s.exec(page) ?? [];
    expect(written).toBe(scopesTable);
  });

  it('says of every error code what to do', () => {
    const rows = [...page.matchAll(/^\| (`[A-Z_`, ]+) \| \d{3}/gm)].flatMap(([, codes = '']) => codes.match(/[A-Z_]+/g) ?? []);
    const apollo = ['BAD_REQUEST', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'OPERATION_RESOLUTION_FAILURE'];
    expect(rows.sort()).toEqual([...managementErrorCodes, ...apollo].sort());
  });

  it('names the limits as they are', () => {
    const row = (what: string): string => new RegExp(`^\\| ${what}.*?\\| (.*) \\|$`, 'm').exec(page)?.[1] ?? '';
    const figure = (what: string): number => Number(/^[\d,]+/.exec(row(what))?.[0].replaceAll(',', ''));
    expect([figure('tokens'), figure('selections'), figure('lines'), figure('cost')]).toEqual([
      tokenLimit,
      selectionLimit,
      lineLimit,
      costLimit,
    ]);
    expect(row('mutations that').match(/\w+(?=`)/g)).toEqual([...sensitiveMutations]);
  });
});
