import { runInNewContext } from 'node:vm';
import { expect, it, test } from '@jest/globals';
import { graphqlRequestIn } from '../../src/http/graphql-body.js';

/** Stops what would not come to an end by itself. */
const read = (query: string): unknown =>
  runInNewContext(
    'read()',
    { read: () => graphqlRequestIn(Buffer.from(JSON.stringify({ query }))) },
    { timeout: 5000 },
  );

it.each(['\n', '\r', ' # ', ', \uFEFF'])(
  'reads a document below 10,000 comment signs, %j between them, at once',
  (between) => {
    const query = `${`#${between}`.repeat(10_000)}\n{ viewer { clientId } }`;
    expect(read(query)).toEqual({ query, variables: {} });
  },
);

it('reads a document below a line of 60,000 comment signs at once', () => {
  const query = `${'#'.repeat(60_000)}\n{ viewer { clientId } }`;
  expect(read(query)).toEqual({ query, variables: {} });
});

test.each(['', ' ', ',,', '\uFEFF', '\t\r\n', '#', '# { viewer { clientId } }', '#\n#\r#', ' # a\n, # b\r\n'])(
  'takes %j for no document',
  (query) => {
    expect(read(query)).toMatchObject({ message: expect.stringContaining('Give the document') });
  },
);

test.each(['{', '#\n{', '# a\r{ b }', ',{'])('takes %j for a document', (query) => {
  expect(read(query)).toEqual({ query, variables: {} });
});
