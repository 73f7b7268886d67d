import 'reflect-metadata';
import { readdir, readFile } from 'node:fs/promises';
import { beforeEach, expect, jest, test } from '@jest/globals';

const folder = new URL('../../src/graphql/', import.meta.url);
const names = await readdir(folder, { recursive: true });
const files: string[] = [];
for (const name of names.filter((one) => one.endsWith('.ts'))) {
  if ((await readFile(new URL(name, folder), 'utf8')).includes("from 'type-graphql'")) files.push(name);
}

beforeEach(() => {
  jest.resetModules();
});

// Types refer to each other in circles: none of them may need a particular other one to be loaded before it.
test.each(files)('src/graphql/%s can be loaded first', async (name) => {
  await expect(import(new URL(name, folder).href)).resolves.toBeDefined();
});
