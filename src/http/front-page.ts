import type { Endpoint, EndpointRequest, EndpointResponse, Signpost } from '../oauth/endpoints/endpoint.js';
import { curlCommandFor, escaped, htmlPage, pageHeaders } from '../oauth/endpoints/page.js';
import { publicDocument } from '../oauth/endpoints/public-document.js';
import { nothingHere } from '../oauth/endpoints/request-refusals.js';
import type { AppParts } from './app.js';
import { acceptsHtml } from './media-type.js';

/** `elsewhere` is there as long as the store is not: what needs it is not in the tables then. */
type Tables = Pick<AppParts, 'endpoints' | 'routes' | 'elsewhere'>;

/** With `GET /` before what is served: a page about it, for whoever opens the server's URL in a browser. */
export const withFrontPage = (issuer: string, tables: Tables): Tables => ({
  ...tables,
  endpoints: [frontPage(issuer, tables), ...tables.endpoints],
});

/** Needs no other host and runs no script. To whoever does not want HTML there is nothing at this path. */
const frontPage = (issuer: string, tables: Tables): Endpoint => {
  const body = pageOf(issuer, tables);
  const maxAgeSeconds = tables.elsewhere === undefined ? 300 : 0;
  const page = { contentType: 'text/html; charset=utf-8', maxAgeSeconds, body, headers: pageHeaders };
  const answer = (request: EndpointRequest): EndpointResponse => {
    if (!acceptsHtml(request.headers['accept'])) throw nothingHere();
    const { headers, ...rest } = publicDocument(request, page);
    return { ...rest, headers: { ...headers, vary: 'Accept' } };
  };
  return {
    paths: ['/', ''], // an issuer with a path is opened without a slash at its end
    method: 'GET',
    cors: 'everybody',
    signpost: undefined, // whoever reads it is there
    handle: async (request) => Promise.resolve(answer(request)),
  };
};

/** One entry of a table. */
interface Place {
  readonly paths: readonly string[];
  readonly methods: readonly string[];
  readonly signpost: Signpost;
}

const titles: Readonly<Record<Signpost['group'], string>> = {
  tokens: 'Tokens',
  discovery: 'For clients and resource servers',
  management: 'Management and statistics',
  health: 'Health',
};

const pageOf = (issuer: string, tables: Tables): string => {
  const isWaiting = tables.elsewhere !== undefined;
  // Whoever has to prove something is answered by the store.
  const places = placesOf(tables).filter(({ signpost }) => !isWaiting || signpost.needs === undefined);
  const sections = Object.entries(titles).map(([group, title]) => {
    const there = places.filter(({ signpost }) => signpost.group === group);
    return there.length === 0 ? '' : sectionOf(title, there.map((place) => entryOf(issuer, place)).join('\n'));
  });
  return htmlPage({
    title: 'Tallygate',
    header: `<h1>Tallygate</h1>
<p>OAuth 2.0 tokens with a GraphQL control plane, and exact counts of who registered through each application.</p>
<p>This server is the issuer <code>${escaped(issuer)}</code>. All paths on this page follow it.</p>
${isWaiting ? waitingNote : ''}`,
    main: [firstTokenOf(issuer, tables), ...sections].filter((section) => section !== '').join('\n'),
  });
};

const waitingNote =
  '<p role="status"><strong>The server waits for its store.</strong> Until that is there, this page names only what works without it; everything else is answered with 503.</p>';

const firstTokenOf = (issuer: string, { endpoints }: Tables): string => {
  const path = endpoints.find(({ listing }) => listing?.member === 'token_endpoint')?.paths[0];
  if (path === undefined) return '';
  const line = `${curlCommandFor(issuer)} -u "CLIENT_ID:CLIENT_SECRET" -d grant_type=client_credentials ${issuer}${path}`;
  return `<section aria-labelledby="first-token">
<h2 id="first-token">First token</h2>
<pre><code>${escaped(line)}</code></pre>
<p>Put the id and secret of a client in place of <code>CLIENT_ID</code> and <code>CLIENT_SECRET</code>. An administrator makes them; in development the first start writes a pair to <code>.tallygate/quickstart.env</code>: <code>TG_KEY</code> and <code>TG_SECRET</code>.</p>
</section>`;
};

const placesOf = ({ endpoints, routes }: Tables): readonly Place[] => [
  ...endpoints.flatMap(({ paths, method, signpost }) =>
    signpost === undefined ? [] : [{ paths, methods: [method], signpost }],
  ),
  ...routes.flatMap(({ path, methods, signpost }) =>
    signpost === undefined ? [] : [{ paths: [path], methods: Object.keys(methods), signpost }],
  ),
];

const sectionOf = (title: string, entries: string): string => {
  const id = title.toLowerCase().replaceAll(' ', '-');
  return `<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
<dl>
${entries}
</dl>
</section>`;
};

const entryOf = (issuer: string, { paths, methods, signpost: { purpose, needs } }: Place): string => {
  const isOpen = needs === undefined && methods.includes('GET');
  const names = paths.map((path) => {
    const name = `<code>${escaped(path)}</code>`;
    return isOpen ? `<a href="${escaped(issuer + path)}">${name}</a>` : name;
  });
  return `<div>
<dt><small>${methods.join(', ')}</small> ${names.join(' <small>or</small> ')}</dt>
<dd>${escaped(purpose)}${needs === undefined ? '' : ` <small>Needs ${needs}.</small>`}</dd>
</div>`;
};
