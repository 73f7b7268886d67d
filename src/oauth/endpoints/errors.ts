import { errorHelp, type ErrorHelp } from '../error-help.js';
import { oauthErrorStatus } from '../oauth-error.js';
import type { Endpoint } from './endpoint.js';
import { curlCommandFor, escaped, htmlPage, pageHeaders } from './page.js';
import { publicDocument } from './public-document.js';

/** GET /errors: what `error_uri` points to, one section for each code. Needs no other host and runs no script. */
export const errorsEndpoint = (issuer: string): Endpoint => {
  const body = pageOf(issuer);
  return {
    paths: ['/errors'],
    method: 'GET',
    cors: 'everybody',
    signpost: { group: 'discovery', purpose: 'Every error code, with its cause and how to fix it.' },
    handle: (request) =>
      Promise.resolve(
        publicDocument(request, {
          contentType: 'text/html; charset=utf-8',
          maxAgeSeconds: 300,
          body,
          headers: pageHeaders,
        }),
      ),
  };
};

interface Entry extends ErrorHelp {
  readonly code: string;
  readonly status: number;
}

const pageOf = (issuer: string): string => {
  const entries: readonly Entry[] = Object.entries(errorHelp).map(([code, help]) => ({
    code,
    status: new Map<string, number>(Object.entries(oauthErrorStatus)).get(code) ?? 400,
    ...help,
  }));
  return htmlPage({
    title: 'Errors - Tallygate',
    header: `<h1>Errors of the OAuth endpoints</h1>
<p>Every refusal of <code>${escaped(issuer)}</code>, but for those of GraphQL, carries one of these codes in <code>error</code>, a sentence in <code>error_description</code> that says what would be right, and a <code>request_id</code> that finds the line in the log. The statuses 405, 408, 413, 415 and 431 come with <code>invalid_request</code>. GraphQL has codes of its own, in <code>extensions.code</code>: docs/administration.md lists them.</p>
<p>In the lines to try, <code>$TG_KEY</code> and <code>$TG_SECRET</code> are the id and secret of a client, <code>$TG_ADMIN_KEY</code> and <code>$TG_ADMIN_SECRET</code> those of one that manages; the first start writes them to <code>.tallygate/quickstart.env</code>. <code>$TOKEN</code> is an access token of the managing client with the scope that is needed, <code>$REFRESH_TOKEN</code> one of the password grant.</p>
<nav aria-label="Error codes"><ul>${entries.map(({ code, status }) => `<li><a href="#${code}">${code}</a> <small>${status}</small></li>`).join('')}</ul></nav>`,
    main: entries.map((entry) => sectionOf(entry, issuer)).join('\n'),
  });
};

const sectionOf = ({ code, status, source, cause, fix, curl }: Entry, issuer: string): string =>
  `<section id="${code}" aria-labelledby="${code}-title">
<h2 id="${code}-title"><a href="#${code}">${code}</a> <small>HTTP ${status}, ${escaped(source)}</small></h2>
<h3>Cause</h3>
<p>${escaped(cause)}</p>
<h3>Fix</h3>
<ul>${fix.map((step) => `<li>${escaped(step)}</li>`).join('')}</ul>
<h3>Try</h3>
<pre><code>${escaped(`${curlCommandFor(issuer)} ${curl(issuer)}`)}</code></pre>
</section>`;
