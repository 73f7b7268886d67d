import { explorerPage, explorerPolicy } from '../graphql/explorer/page.js';
import { managementPath } from '../model/management-api.js';
import type { Endpoint } from '../oauth/endpoints/endpoint.js';
import { publicDocument, type PublicDocument } from '../oauth/endpoints/public-document.js';

/** The SDL and the explorer: for everybody, browsers of other origins too, and the same whatever the store holds. */
export const graphqlDocuments = (): readonly Endpoint[] => [
  document('schema.graphql', 'The schema, with a description of every field and the scope that it needs.', async () => {
    const { managementSchema, printManagementSchema } = await import('../graphql/schema.js');
    return { contentType: 'text/plain; charset=utf-8', maxAgeSeconds, body: printManagementSchema(managementSchema()) };
  }),
  document('explorer', 'A page to try queries in.', () =>
    Promise.resolve({
      contentType: 'text/html; charset=utf-8',
      maxAgeSeconds,
      body: explorerPage,
      headers: {
        'content-security-policy': explorerPolicy,
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
      },
    }),
  ),
];

const maxAgeSeconds = 300;

/** Made when somebody first asks for it: what the SDL is printed from takes a while to load. */
const document = (name: string, purpose: string, make: () => Promise<PublicDocument>): Endpoint => {
  let made: Promise<PublicDocument> | undefined;
  return {
    paths: [`${managementPath}/${name}`],
    method: 'GET',
    cors: 'everybody',
    signpost: { group: 'management', purpose },
    handle: async (request) => publicDocument(request, await (made ??= make())),
  };
};
