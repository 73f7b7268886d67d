import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const pages = readdirSync('docs/clients').filter((name) => name.endsWith('.md'));
const textOf = (page: string): string => readFileSync(`docs/clients/${page}`, 'utf8');
const shown = pages.flatMap((page) =>
  [...textOf(page).matchAll(/<!-- interop:(\S+) -->\n```\w+\n(.*?)```\n/gs)].map(([, file = '', code]) => ({
    page,
    file,
    code,
  })),
);
const programs = readdirSync('interop', { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\.(js|sh|go|py)$/.test(file) && !/node_modules|^gateways\//.test(file),
);

describe('the pages about clients', () => {
  it.each(shown)('$page shows interop/$file as it is', ({ file, code }) => {
    expect(code).toBe(readFileSync(`interop/${file}`, 'utf8')); // node scripts/client-pages.mjs writes it
  });

  it('show every program of interop/ once', () => {
    expect(shown.map(({ file }) => file).sort()).toEqual(programs.sort());
  });

  it('are all named by the index, which links to nothing else', () => {
    const linked = [...textOf('README.md').matchAll(/\]\((\w[\w-]*\.md)\)/g)].map(([, page]) => page);
    expect([...new Set(linked), 'README.md'].sort()).toEqual(pages.sort());
  });

  it('name the versions that run', () => {
    const { dependencies } = JSON.parse(readFileSync('interop/package.json', 'utf8'));
    const pins = new Map<string, string>(Object.entries(dependencies));
    for (const file of ['interop/go/go.mod', 'interop/python/requirements.txt']) {
      for (const [, name = '', version = ''] of readFileSync(file, 'utf8').matchAll(/([\w./-]+)(?:==| v)([\d.]+)$/gm)) {
        pins.set(name, version);
      }
    }
    const rows = [...textOf('README.md').matchAll(/^\| ([\w./-]+) \| ([\d.]+) \|/gm)];
    expect(rows.length).toBeGreaterThanOrEqual(8);
    for (const [, name = '', version] of rows) expect({ name, version }).toEqual({ name, version: pins.get(name) });
  });

  it('belong to programs that are run: each stands in the table of scripts/interop.mjs', () => {
    const script = readFileSync('scripts/interop.mjs', 'utf8');
    const run = programs.filter((file) => !/^resource-server\/(offline|introspecting)\.js$/.test(file));
    for (const file of run) expect(script).toContain(file.startsWith('go/') ? './main.go' : file);
  });
});
