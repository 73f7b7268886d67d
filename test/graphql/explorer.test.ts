import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import { expect, it } from '@jest/globals';
import { parse, validate } from 'graphql';
import { explorerPage, explorerPolicy } from '../../src/graphql/explorer/page.js';
import { buildManagementSchema } from '../../src/graphql/schema.js';

const inside = (tag: string): string => new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(explorerPage)?.[1] ?? '';

it('allows exactly the style and the script that are in the page', () => {
  for (const tag of ['script', 'style']) {
    const hash = createHash('sha256').update(inside(tag)).digest('base64');
    expect(inside(tag).length).toBeGreaterThan(1000);
    expect(explorerPolicy).toContain(`${tag}-src 'sha256-${hash}'`);
  }
  expect(explorerPage).not.toMatch(/ style="| on[a-z]+="/);
});

it('has a script that is one', () => {
  expect(() => new Script(inside('script'))).not.toThrow();
  expect(inside('script')).not.toContain('innerHTML');
});

it('asks what the schema answers', () => {
  const schema = buildManagementSchema();
  const sample = /<textarea id="query"[^>]*>([^]*?)<\/textarea>/.exec(explorerPage)?.[1] ?? '';
  const joined = /const introspection =([^]*?);\n/.exec(inside('script'))?.[1] ?? '';
  const introspection = [...joined.matchAll(/'([^']*)'/g)].map(([, text]) => text).join('');
  for (const document of [sample, introspection]) expect(validate(schema, parse(document))).toEqual([]);
});
