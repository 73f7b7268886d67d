// Writes the programs of interop/ into the pages that show them: `node scripts/client-pages.mjs`. A test fails when they differ.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { URL } from 'node:url';

const root = new URL('..', import.meta.url);
const languages = { js: 'js', sh: 'sh', go: 'go', py: 'python' };

const blockOf = (file) => {
  const language = languages[file.slice(file.lastIndexOf('.') + 1)];
  return `<!-- interop:${file} -->\n\`\`\`${language}\n${readFileSync(new URL(`interop/${file}`, root), 'utf8')}\`\`\`\n`;
};

for (const name of readdirSync(new URL('docs/clients', root))) {
  const page = new URL(`docs/clients/${name}`, root);
  const text = readFileSync(page, 'utf8');
  writeFileSync(
    page,
    text.replace(/<!-- interop:(\S+) -->\n(?:```\w+\n.*?```\n)?/gs, (_, file) => blockOf(file)),
  );
}
