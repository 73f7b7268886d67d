/** Of the pages for people; the digest of exactly this text stands in their Content-Security-Policy. */
export const stylesheet = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --paper: #ffffff; --code: #f3f5f7; --line: #d5dae0; --mark: #0b62c4; --lit: #eef5fd; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ec; --soft: #9aa5b1; --paper: #15181c; --code: #1f242a; --line: #353c45; --mark: #74b0f4; --lit: #1a2531; }
}
body { margin: 0 auto; padding: 2rem 1.25rem 6rem; max-width: 46rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
h1 { margin: 0 0 .5rem; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 0; font-size: 1.15rem; }
h2 a { font-family: ui-monospace, monospace; }
h3 { margin: 1rem 0 .25rem; font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); }
h2 small { display: block; font: .85rem/1.6 system-ui, sans-serif; color: var(--soft); }
a { color: var(--mark); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
dl, dd { margin: 0; }
dl div { margin-top: .75rem; }
dt { overflow-wrap: anywhere; }
dt small, dd small { color: var(--soft); }
dd small { display: inline-block; }
[role=status] { margin-top: 1rem; padding: .75rem 1rem; border: 1px solid var(--mark); border-radius: .375rem; background: var(--lit); }
p, ul { margin: 0; }
header p + p { margin-top: .5rem; }
ul { padding-left: 1.25rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .35rem 1.25rem; margin: 1.25rem 0 0; padding: 0; list-style: none; font-family: ui-monospace, monospace; font-size: .9rem; }
nav small { color: var(--soft); }
section { margin-top: 1.5rem; padding: 1.25rem; border: 1px solid var(--line); border-radius: .5rem; scroll-margin-top: 1rem; }
section:target { border-color: var(--mark); background: var(--lit); }
code, pre { font-family: ui-monospace, monospace; font-size: .875rem; }
pre { margin: .25rem 0 0; padding: .75rem; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--code); border: 1px solid var(--line); border-radius: .375rem; }
h2 + pre { margin-top: .75rem; }
pre + p { margin-top: .75rem; }
p code { padding: .1rem .3rem; background: var(--code); border-radius: .25rem; overflow-wrap: anywhere; }
`;
