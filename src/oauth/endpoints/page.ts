import { createHash } from 'node:crypto';
import { stylesheet } from './page-style.js';

/** Of a page for people: its title as text, what stands in it as HTML. */
export interface Page {
  readonly title: string;
  readonly header: string;
  readonly main: string;
}

export const htmlPage = ({ title, header, main }: Page): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${stylesheet}</style>
</head>
<body>
<header>
${header}
</header>
<main>
${main}
</main>
</body>
</html>
`;

const styleDigest = createHash('sha256').update(stylesheet).digest('base64');

/** Such a page loads nothing and runs nothing: it may use its own style alone. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleDigest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
};

/** The certificate of the first start is self-made, and its issuer is this machine. */
export const curlCommandFor = (issuer: string): string =>
  /^https:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/.test(`${issuer}/`) ? 'curl -k' : 'curl';

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

export const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => entities.get(character) ?? '');
