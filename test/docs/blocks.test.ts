import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const script = readFileSync('scripts/quickstart.mjs', 'utf8');
const pages = [...(/^const pages = \[(.*?)\];/ms.exec(script)?.[1] ?? '').matchAll(/'([^']+)'/g)].map(([, page = '']) => page);

describe('the pages that scripts/quickstart.mjs runs', () => {
  it.each(pages)('%s has no block of commands without a mark', (page) => {
    const blocks = [...readFileSync(page, 'utf8').matchAll(/^(.*)\n```(?:sh|bash)\n/gm)];
    expect(blocks.length).toBeGreaterThan(1);
    for (const [, before] of blocks) expect(before).toMatch(/^<!-- quickstart:\w+ -->$/);
  });
});
