import { readFile } from 'node:fs/promises';
import { describe, expect, it, test } from '@jest/globals';
import {
  getNamedType,
  GraphQLInt,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  isIntrospectionType,
} from 'graphql';
import { grantEnumValue } from '../../src/graphql/enums.js';
import { numberRanges } from '../../src/graphql/number-ranges.js';
import { buildManagementSchema, printManagementSchema } from '../../src/graphql/schema.js';
import { grantNames } from '../../src/model/grant-name.js';

const schema = buildManagementSchema();
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

describe('schema/schema.graphql', () => {
  it('is what the code says', async () => {
    const emitted = await readFile(new URL('../../schema/schema.graphql', import.meta.url), 'utf8');
    expect(emitted).toBe(printManagementSchema(schema));
  });

  it('is the same text each time', () => {
    expect(printManagementSchema(buildManagementSchema())).toBe(printManagementSchema(schema));
  });

  it('describes every type, field, argument and value', () => {
    const bare: string[] = [];
    const look = (name: string, { description }: { readonly description?: string | null | undefined }): void => {
      if (!/^[A-Z0-9][^]*[.]$/.test(description ?? '')) bare.push(name);
    };
    for (const type of types) {
      look(type.name, type);
      if (isEnumType(type)) type.getValues().forEach((value) => look(`${type.name}.${value.name}`, value));
      if (isInputObjectType(type)) {
        for (const field of Object.values(type.getFields())) look(`${type.name}.${field.name}`, field);
      }
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        look(`${type.name}.${field.name}`, field);
        field.args.forEach((argument) => look(`${type.name}.${field.name}(${argument.name})`, argument));
      }
    }
    expect(bare).toEqual([]);
  });

  test.each([
    ['Query', 'users', 'Needs the scope users:read.'],
    ['Query', 'node', 'Needs the scopes applications:read, users:read and audit:read.'],
    ['Query', 'application', 'Needs one of the scopes applications:read or statistics:read.'],
    ['Query', 'viewer', 'Every management token will do.'],
    ['Mutation', 'importRegistrations', 'Needs the scopes applications:write and users:write.'],
    ['RegisteredUsers', 'users', 'Needs the scope users:read.'],
  ])('tells at %s.%s: %s', (type, field, sentence) => {
    const found = schema.getType(type);
    if (!isObjectType(found)) throw new Error('no object type');
    expect(found.getFields()[field]?.description).toContain(sentence);
  });

  it('knows of every whole number that can be given what it can be, and by name alone', () => {
    const inputs = types.filter(isInputObjectType).flatMap((type) => Object.values(type.getFields()));
    const args = types
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()).flatMap((field) => field.args));
    const numbers = [...inputs, ...args].filter(({ type }) => getNamedType(type) === GraphQLInt);
    expect(new Set(numbers.map(({ name }) => name))).toEqual(new Set(numberRanges.keys()));
  });

  test.each([
    ['applications', 'label', /Needs the scope applications:read\.$/],
    ['applications', 'nameContains', /^(?!.*Needs)/],
    ['application', 'clientId', /^(?!.*Needs)/],
  ])('tells at the argument %s.%s what it needs beyond its field', (field, argument, sentence) => {
    const args = schema.getQueryType()?.getFields()[field]?.args ?? [];
    expect(args.find(({ name }) => name === argument)?.description).toMatch(sentence);
  });

  it('has the grant types that are built, and no others', () => {
    const type = schema.getType('GrantType');
    if (!isEnumType(type)) throw new Error('no enum');
    expect(type.getValues().map(({ value }) => value)).toEqual(grantNames);
    expect(grantNames.map(grantEnumValue)).toEqual(type.getValues().map(({ name }) => name));
  });
});
