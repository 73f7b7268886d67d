import { expect, it } from '@jest/globals';
import {
  getOperationAST,
  GraphQLInt,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  OperationTypeNode,
  parse,
} from 'graphql';
import { errorLimit, variableErrors } from '../../src/graphql/input-errors.js';

it('looks at no more variables once it knows of as many errors as are told', () => {
  let looks = 0;
  const dear = new GraphQLScalarType({
    name: 'Dear',
    parseValue: () => {
      looks += 1;
      throw new Error('It fits nowhere.');
    },
  });
  const query = new GraphQLObjectType({
    name: 'Query',
    fields: { find: { type: GraphQLInt, args: { by: { type: dear } } } },
  });
  const names = Array.from({ length: 50 }, (_, index) => `v${index}`);
  const uses = names.map((name) => `${name}: find(by: $${name})`).join(' ');
  const document = parse(`query (${names.map((name) => `$${name}: Dear`).join(' ')}) { ${uses} }`);
  const operation = getOperationAST(document);
  if (operation?.operation !== OperationTypeNode.QUERY) throw new Error('There is one.');
  const given = Object.fromEntries(names.map((name) => [name, 'x']));
  const errors = variableErrors({ schema: new GraphQLSchema({ query }), document, operation }, given);
  expect([errors.length, looks]).toEqual([errorLimit, errorLimit]);
});
