import { altered, clientKeys, partsOf, signedBy, type Alg } from '../rfc/jwt.js';
import { mutated, oddText, type Random } from './random.js';
import type { Case, Target } from './target.js';

/** Makes cases of one kind. */
export type CaseMaker = (target: Target, random: Random) => Case;

/** By chance a case may revoke a token that others need: then it is only looked at. */
export const sparing =
  (make: CaseMaker): CaseMaker =>
  (target, random) => {
    const request = make(target, random);
    const isKept = target.corpus.tokens.some((token) => request.body.includes(encodeURIComponent(token)));
    return isKept && request.path === '/revoke' ? { ...request, path: '/introspect' } : request;
  };

const isOneIn = (count: number, random: Random): boolean => random.below(count) === 0;

/** A form with some of its bytes changed, now and then with another media type or a query. */
export const mutatedForm: CaseMaker = ({ corpus }, random) => {
  const request = random.pick(corpus.requests);
  const bodies = corpus.requests.map(({ body }) => body) as [string, ...string[]];
  return {
    ...request,
    body: mutated(request.body, random, bodies),
    ...(isOneIn(20, random)
      ? { contentType: mutated('application/x-www-form-urlencoded; charset=utf-8', random, bodies) }
      : {}),
    ...(isOneIn(20, random) ? { query: mutated('tenant=1', random, bodies) } : {}),
  };
};

/** A form of parameters that nobody would put together, with values that nobody would send. */
export const oddForm: CaseMaker = ({ corpus }, random) => {
  const names = [
    'grant_type',
    'scope',
    'refresh_token',
    'client_id',
    'client_secret',
    'client_assertion',
    'client_assertion_type',
    'token',
    'token_type_hint',
    'resource',
    'audience',
    'validity_period',
    'assertion',
    'code',
  ] as const;
  const values = ['client_credentials', 'refresh_token', 'default', '60', ...corpus.tokens] as const;
  const pair = (): string => {
    const value = isOneIn(2, random) ? random.pick(values) : oddText(random);
    return `${random.pick(names)}=${isOneIn(3, random) ? Buffer.from(value).toString('latin1') : encodeURIComponent(value)}`;
  };
  return {
    path: random.pick(['/token', '/revoke', '/introspect']),
    body: Array.from({ length: random.below(6) }, pair).join('&'),
    authorization: isOneIn(3, random) ? [] : [random.pick(corpus.clientHeaders)],
  };
};

/** Credentials of the header with some of their bytes changed, before or after base64, or several headers. */
export const mutatedBasic: CaseMaker = ({ corpus }, random) => {
  const request = random.pick(corpus.requests);
  const header = random.pick(corpus.clientHeaders);
  const pair = Buffer.from(header.slice('Basic '.length), 'base64').toString('latin1');
  const inside = (): string =>
    `Basic ${Buffer.from(mutated(pair, random, corpus.clientHeaders), 'latin1').toString('base64')}`;
  const outside = (): string => mutated(header, random, corpus.tokens);
  const headers = Array.from({ length: isOneIn(10, random) ? random.below(4) : 1 }, () =>
    isOneIn(2, random) ? inside() : outside(),
  );
  return { ...request, authorization: headers };
};

/** Tokens with some of their bytes changed, shown to introspection and revocation, and as a bearer token. */
export const mutatedToken: CaseMaker = (target, random) => {
  const { corpus } = target;
  return shown(
    target,
    random,
    mutated(random.pick([...corpus.tokens, corpus.bearer.slice('Bearer '.length)]), random, corpus.tokens),
  );
};

const shown = ({ corpus }: Target, random: Random, token: string): Case => {
  const body = `token=${encodeURIComponent(token)}`;
  switch (random.below(4)) {
    case 0:
      return {
        path: '/introspect',
        body: `token=${encodeURIComponent(corpus.tokens[0])}`,
        authorization: [`Bearer ${token}`],
      };
    case 1:
      return { path: '/introspect', body, authorization: [corpus.bearer] };
    case 2:
      return { path: '/revoke', body, authorization: [random.pick(corpus.clientHeaders)] };
    default:
      return { path: '/introspect', body, authorization: [corpus.observer] };
  }
};

const values = [
  undefined,
  null,
  true,
  0,
  -1,
  0.5,
  1e308,
  1e21,
  '',
  'x',
  'x'.repeat(300),
  '\0',
  '\u{1F600}',
  [],
  {},
  [[]],
  ['x', 1, null],
  { $ne: 1 },
  '1',
  'a.b.c.d.e.f.g',
  'NaN',
  'urn:x',
] as const;
const changes = (names: readonly [string, ...string[]], random: Random): object =>
  Object.fromEntries(Array.from({ length: 1 + random.below(3) }, () => [random.pick(names), random.pick(values)]));
const headerNames = ['alg', 'kid', 'typ', 'crit', 'b64', 'jku', 'jwk', 'x5c', 'zip', 'enc'] as const;
const claimNames = [
  'iss',
  'sub',
  'aud',
  'client_id',
  'iat',
  'exp',
  'nbf',
  'jti',
  'scope',
  'environment',
  '__proto__',
] as const;

/** JWTs with other members: under the old signature, or signed by our own key. */
export const oddJwt: CaseMaker = (target, random) => {
  const { deps, corpus } = target;
  const good = random.pick([corpus.tokens[2] ?? corpus.tokens[0], corpus.bearer.slice('Bearer '.length)]);
  const claims = { ...partsOf(good).claims, ...changes(claimNames, random) };
  const signed = (): string => deps.signingKeys.sign('ES256', random.pick(['at+jwt', 'JWT', '', 'x']), claims);
  const token = isOneIn(2, random)
    ? signed()
    : altered(good, { header: changes(headerNames, random), claims: isOneIn(2, random) ? claims : {} });
  return shown(target, random, token);
};

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Client assertions with other members, signed by the client as they are, or with some of their bytes changed. */
export const oddAssertion: CaseMaker = ({ deps, corpus }, random) => {
  const now = Math.floor(deps.clock() / 1000);
  const { signerId } = corpus;
  const claims = {
    iss: signerId,
    sub: signerId,
    aud: deps.issuer,
    iat: now,
    exp: now + 60,
    jti: random.bytes(12).toString('hex'),
  };
  const alg = random.pick<Alg>(['ES256', 'EdDSA']);
  const header = { alg, kid: alg, ...(isOneIn(2, random) ? changes(headerNames, random) : {}) };
  const payload = { ...claims, ...(isOneIn(2, random) ? changes(claimNames, random) : {}) };
  const signed = signedBy(clientKeys[alg].privateKey, header, payload);
  const assertion = isOneIn(3, random) ? mutated(signed, random, corpus.tokens) : signed;
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: type,
    client_assertion: assertion,
  });
  return { path: '/token', body: form.toString(), authorization: [] };
};

/** Logins: each is a hash, so they are few. */
export const oddLogin: CaseMaker = ({ corpus }, random) => {
  const odd = (good: string): string =>
    isOneIn(3, random) ? good : `${oddText(random)}${random.bytes(random.below(12)).toString('utf8')}`;
  const form = new URLSearchParams({
    grant_type: 'password',
    username: odd('alice'),
    password: odd('correct horse battery'),
  });
  return { path: '/token', body: form.toString(), authorization: [corpus.clientHeaders[1] ?? ''] };
};
