import { jwsAlgorithmNames } from '../../crypto/jws.js';
import { listedGrantTypes } from '../listed-grant-types.js';
import type { OAuthDeps } from '../oauth-deps.js';
import type { Endpoint, Listing } from './endpoint.js';
import { publicDocument } from './public-document.js';

const maxAgeSeconds = 300;
/** A user has the same `sub` at every client. A member of OpenID Connect: libraries that read openid-configuration refuse it without. */
const subjectTypes = ['public'];
const wellKnownNames = ['oauth-authorization-server', 'openid-configuration'];

/**
 * GET /.well-known/oauth-authorization-server, and the same document as openid-configuration: what works here (RFC 8414 §2), read off the
 * table of endpoints.
 */
export const metadataEndpoint = (deps: OAuthDeps, endpoints: readonly Endpoint[]): Endpoint => {
  const { issuer } = deps;
  const grantTypes = listedGrantTypes(deps);
  const members = endpoints.flatMap((endpoint) => membersOf(issuer, endpoint));
  return {
    paths: wellKnownPaths(issuer),
    method: 'GET',
    cors: 'everybody',
    signpost: { group: 'discovery', purpose: 'What works here, for OAuth libraries: the metadata (RFC 8414).' },
    handle: async (request) => {
      const document = [
        ['issuer', issuer],
        ...members,
        ['grant_types_supported', await grantTypes()],
        ['subject_types_supported', subjectTypes],
      ];
      const body = JSON.stringify(Object.fromEntries(document));
      return publicDocument(request, { contentType: 'application/json', maxAgeSeconds, body });
    },
  };
};

/** An issuer with a path has it behind the well-known part too (RFC 8414 §3.1); that it stands in front is the router's doing. */
const wellKnownPaths = (issuer: string): readonly string[] => {
  const path = new URL(issuer).pathname.replace(/\/$/, '');
  const bare = wellKnownNames.map((name) => `/.well-known/${name}`);
  return path === '' ? bare : [...bare, ...bare.map((wellKnown) => wellKnown + path)];
};

type Member = readonly [name: string, value: unknown];

const membersOf = (issuer: string, { paths: [path = ''], listing }: Endpoint): readonly Member[] =>
  listing === undefined ? [] : [[listing.member, issuer + path], ...authenticationMembers(listing)];

/** Beside the methods of clients stand the token types that do in place of them (RFC 8414 §2, `introspection_endpoint_auth_methods_supported`). */
const authenticationMembers = ({
  member,
  authenticationMethods,
  accessTokenTypes = [],
}: Listing): readonly Member[] => {
  if (authenticationMethods === undefined) return [];
  const names = authenticationMethods.map((method) => method.toLowerCase());
  const methods: Member = [`${member}_auth_methods_supported`, [...names, ...accessTokenTypes]];
  // Required where a JWT method is among them (RFC 8414 §2).
  return authenticationMethods.includes('PRIVATE_KEY_JWT')
    ? [methods, [`${member}_auth_signing_alg_values_supported`, jwsAlgorithmNames]]
    : [methods];
};
