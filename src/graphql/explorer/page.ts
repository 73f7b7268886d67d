import { createHash } from 'node:crypto';
import { explorerScript } from './script.js';
import { explorerStyle } from './style.js';

/** Its variables, the months of this year, are written by the script. */
const sampleQuery = `query Dashboard($period: PeriodInput!) {
  applications(first: 10) {
    nodes {
      name
      registeredUsers {
        total
        series(period: $period) {
          date
          newUsers
          totalUsers
        }
      }
    }
  }
}`;

/** A page to try the API with. It loads nothing, from no host: style and script are inside. */
export const explorerPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tallygate GraphQL</title>
<link rel="icon" href="data:,">
<style>${explorerStyle}</style>
</head>
<body>
<header>
  <h1>Tallygate GraphQL</h1>
  <div class="token">
    <label for="token">Access token</label>
    <input id="token" type="password" autocomplete="off" spellcheck="false" placeholder="of a client with management scopes">
    <button id="ask" type="button" aria-expanded="false" aria-controls="get-form">Get one</button>
  </div>
</header>
<div class="get" id="get-form" hidden>
  <input id="client-id" aria-label="Client id" placeholder="client id" autocomplete="off" spellcheck="false">
  <input id="client-secret" type="password" aria-label="Client secret" placeholder="client secret" autocomplete="off">
  <input id="scope" aria-label="Scopes" placeholder="scopes" value="applications:read statistics:read" spellcheck="false">
  <button id="get" type="button">Get token</button>
  <span id="got" class="state" role="status">By client_credentials, of a client with these scopes: in development TG_ADMIN_KEY and TG_ADMIN_SECRET of quickstart.env. Nothing is kept when you leave this page.</span>
</div>
<main>
  <section aria-label="Schema">
    <h2>Schema</h2>
    <input id="search" type="search" aria-label="Search types and fields" placeholder="Search types and fields">
    <div class="docs" id="docs" tabindex="0"><p>Shown once there is an access token. The whole text: <a href="schema.graphql">schema.graphql</a>.</p></div>
  </section>
  <section aria-label="Query">
    <h2><label for="query">Query</label></h2>
    <textarea id="query" spellcheck="false" autocapitalize="off" autocomplete="off">${sampleQuery}</textarea>
    <div class="bar">
      <button class="main" id="run" type="button">Run</button>
      <select id="operation" aria-label="Operation" hidden></select>
      <span id="state" class="state" role="status">Ctrl+Enter runs it, too.</span>
    </div>
    <h2><label for="variables">Variables</label></h2>
    <textarea id="variables" spellcheck="false" autocapitalize="off" autocomplete="off"></textarea>
  </section>
  <section aria-label="Answer">
    <h2>Answer</h2>
    <pre id="answer" tabindex="0"></pre>
  </section>
</main>
<script>${explorerScript}</script>
</body>
</html>
`;

const hashSource = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Content-Security-Policy: exactly this style and this script, requests to this server, nothing else. */
export const explorerPolicy = [
  "default-src 'none'",
  `script-src ${hashSource(explorerScript)}`,
  `style-src ${hashSource(explorerStyle)}`,
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
