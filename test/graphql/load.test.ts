import 'reflect-metadata';
import { readdir } from 'node:fs/promises';
import { beforeEach, expect, jest, test } from '@jest/globals';

const folder = new URL('../../src/graphql/', import.meta.url);
const names = await readdir(folder, { recursive: true });
const files = names.filter((name) => name.endsWith('.ts') && name !== 'emit-schema.ts');

beforeEach(() => {
  jest.resetModules();
});

// Types refer to each other in circles: none of them may need a particular other one to be loaded before it.
test.each(files)('src/graphql/%s can be loaded first', async (name) => {
  await expect(import(new URL(name, folder).href)).resolves.toBeDefined();
});
