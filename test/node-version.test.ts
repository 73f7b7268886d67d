import { expect, test } from '@jest/globals';
import { nodeRefusal } from '../src/node-version.js';

test.each([
  { version: '18.20.8', isRefused: true },
  { version: '20.18.3', isRefused: true },
  { version: '20.19.0', isRefused: false },
  { version: '22.1.0', isRefused: false },
  { version: process.versions.node, isRefused: false },
])('Node $version: refused $isRefused', ({ version, isRefused }) => {
  expect(nodeRefusal(version) !== undefined).toBe(isRefused);
});
