import { execFile } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { parse } from 'yaml';
import { startTestServer, type TestServer } from '../support/server.js';

const run = promisify(execFile);
/** The issuer of a newcomer, which the pages are written for. */
const issuer = 'https://localhost:8243';

const pages = readdirSync('docs/gateways').filter((name) => name !== 'README.md');
const textOf = (page: string): string => readFileSync(`docs/gateways/${page}`, 'utf8');
const block = (page: string, name: string): string => {
  const found = new RegExp(`<!-- gateway:${name} -->\n\`\`\`\\w+\n(.*?)\`\`\``, 's').exec(textOf(`${page}.md`));
  if (found === null) throw new Error(`${page}.md has no ${name}`);
  return found[1] ?? '';
};
const yaml = (page: string, name: string): any => parse(block(page, name));

let server: TestServer;
let metadata: Readonly<Record<string, any>>;
let token: string;
let claims: Readonly<Record<string, unknown>>;
let answer: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  server = await startTestServer();
  const asDocumented = (value: unknown): any => JSON.parse(JSON.stringify(value).replaceAll(server.issuer, issuer));
  metadata = asDocumented((await server.get('/.well-known/oauth-authorization-server')).body);
  const { username, password } = server.sample;
  token = (await server.token({ grant_type: 'password', username, password, scope: 'default test' })).body.access_token;
  claims = asDocumented(decodeJwt(token));
  answer = asDocumented((await server.post('/introspect', { token })).body);
});
afterAll(() => server.close());

describe.each(pages)('%s', (page) => {
  it('names no URL of the server that is not in its metadata', () => {
    const code = [...textOf(page).matchAll(/```\w+\n(.*?)```/gs)].map(([, text]) => text).join('\n');
    const known = ['oauth-authorization-server', 'openid-configuration'].map((name) => `${issuer}/.well-known/${name}`);
    const urls = code.match(/https:\/\/localhost:8243[\w./-]*/g) ?? [];
    for (const url of urls) expect([...Object.values(metadata), ...known]).toContain(url);
  });

  it('is in the index', () => {
    expect(textOf('README.md')).toContain(`](${page})`);
  });
});

/** What the service beside a gateway answers with. */
const serviceHeaders = [
  ...readFileSync('interop/resource-server/introspecting.js', 'utf8').matchAll(/'(x-token-[\w-]+)':/g),
].map(([, name]) => name);

describe('NGINX', () => {
  it('asks the introspection endpoint, and about what is in its answer', () => {
    const conf = block('nginx', 'nginx.conf');
    const [, upstream, path] = /proxy_pass https:\/\/(\w+)(\/\S+);/.exec(conf) ?? [];
    const [, address] = new RegExp(`upstream ${upstream} \\{\\s+server (\\S+);`).exec(conf) ?? [];
    expect(`https://${address}${path}`).toBe(metadata.introspection_endpoint);
    const named = [...block('nginx', 'tallygate.js').matchAll(/seen\.(\w+)/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(4);
    for (const name of named) expect(Object.keys(answer)).toContain(name);
  });

  it('takes over the headers that the script or the service sets', () => {
    const set = [...block('nginx', 'tallygate.js').matchAll(/headersOut\['([\w-]+)'\]/g)].map(([, name = '']) => name);
    const taken = (file: string, from: string): readonly string[] =>
      [...block('nginx', file).matchAll(new RegExp(`auth_request_set \\$\\w+ \\$${from}_http_(\\w+);`, 'g'))].map(
        ([, header = '']) => header.replaceAll('_', '-'),
      );
    expect(new Set(taken('nginx.conf', 'sent'))).toEqual(new Set(set.map((name) => name.toLowerCase())));
    expect(taken('service.conf', 'upstream')).toEqual(serviceHeaders);
  });
});

describe('Envoy', () => {
  const { listeners, clusters } = yaml('envoy', 'envoy.yaml').static_resources;
  const filters: readonly any[] = listeners[0].filter_chains[0].filters[0].typed_config.http_filters;
  const filter = (name: string): any => filters.find((each) => each.name === `envoy.filters.http.${name}`).typed_config;
  const provider = filter('jwt_authn').providers.tallygate;

  it('expects the issuer, an audience and the keys of the server', () => {
    expect(provider.issuer).toBe(claims.iss);
    expect(provider.audiences).toContain(claims.aud);
    expect(provider.remote_jwks.http_uri.uri).toBe(metadata.jwks_uri);
  });

  it('fetches the keys from where they are', () => {
    const url = new URL(metadata.jwks_uri);
    const cluster = clusters.find((each: any) => each.name === provider.remote_jwks.http_uri.cluster);
    const { address, port_value: port } =
      cluster.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address;
    expect(`${address}:${port}`).toBe(url.host);
    const tls = cluster.transport_socket.typed_config;
    expect(tls.sni).toBe(url.hostname);
    expect(tls.common_tls_context.validation_context.match_typed_subject_alt_names[0].matcher.exact).toBe(url.hostname);
  });

  it('keeps them no longer than they may be kept', async () => {
    const { headers } = await server.get(new URL(metadata.jwks_uri).pathname);
    expect(`public, max-age=${parseInt(provider.remote_jwks.cache_duration, 10)}`).toBe(headers.get('cache-control'));
  });

  it('forwards claims that are there, and decides by what they hold', () => {
    for (const { claim_name: name } of provider.claim_to_headers) expect(Object.keys(claims)).toContain(name);
    const rules = filter('rbac').rules.policies.production.principals[0].and_ids.ids;
    const matched = rules.map(({ sourced_metadata: { metadata_matcher: { path, value } } }: any) => {
      const [holder, claim] = path.map(({ key }: any) => key);
      expect(holder).toBe(provider.payload_in_metadata);
      const { exact, safe_regex: pattern } = value.string_match;
      return new RegExp(`^(?:${pattern?.regex ?? exact})$`).test(String(claims[claim]));
    });
    expect(matched).toEqual([true, true]);
  });
});

/** The bit of JSON Schema that the pages use. */
const violations = ({ required, properties }: any, value: Readonly<Record<string, unknown>>): readonly string[] => [
  ...required.filter((name: string) => !(name in value)),
  ...Object.keys(properties).filter((name) => !properties[name].enum.includes(value[name])),
];

describe.each(['introspection.json', 'offline.json'])('APISIX, %s', (name) => {
  const options = JSON.parse(block('apisix', name)).plugins['openid-connect'];

  it('asks for scopes and claims as tokens and introspection answers have them', () => {
    const seen = name === 'offline.json' ? claims : answer;
    expect(violations(options.claim_schema, seen)).toEqual([]);
    expect(violations(options.claim_schema, { ...seen, environment: 'SANDBOX' })).toEqual(['environment']);
    for (const scope of options.required_scopes) expect(String(seen.scope).split(' ')).toContain(scope);
  });

  it('authenticates, or verifies, in a way that the server knows', () => {
    if (name === 'introspection.json') {
      const method = options.introspection_endpoint_auth_method;
      expect(metadata.introspection_endpoint_auth_methods_supported).toContain(method);
      return;
    }
    expect(options.claim_validator.issuer.valid_issuers).toEqual([claims.iss]);
    expect(readFileSync('schema/schema.graphql', 'utf8')).toMatch(
      new RegExp(`enum SigningAlgorithm \\{[^}]*\\b${options.token_signing_alg_values_expected}\\b`),
    );
  });
});

describe('Kong', () => {
  it('passes on the headers that the service answers with', () => {
    const [{ config }] = yaml('kong', 'introspection.yaml').services[0].plugins;
    const taken = [...config.access[0].matchAll(/answer\.headers\["(x-token-[\w-]+)"\]/g)].map(([, header]) => header);
    expect(taken).toEqual(serviceHeaders);
  });

  test('the printed keys verify a token, found by what the plugin looks for', async () => {
    const code = `data:text/javascript,${encodeURIComponent(block('kong', 'keys.mjs'))}`;
    const { stdout } = await run(process.execPath, ['-e', `import(${JSON.stringify(code)})`], {
      env: { ...process.env, TG_ISSUER: server.issuer, NODE_OPTIONS: '' },
    });
    const [consumer] = JSON.parse(stdout).consumers;
    const [plugin] = yaml('kong', 'offline.yaml').services[0].plugins;
    const header: any = decodeProtectedHeader(token);
    const found = consumer.jwt_secrets.find(({ key }: any) => key === header[plugin.config.key_claim_name]);
    expect(found.algorithm).toBe(header.alg);
    const [signed, signature = ''] = [token.slice(0, token.lastIndexOf('.')), token.split('.')[2]];
    const key = { key: createPublicKey(found.rsa_public_key), dsaEncoding: 'ieee-p1363' } as const;
    expect(verify('sha256', Buffer.from(signed), key, Buffer.from(signature, 'base64url'))).toBe(true);
    for (const claim of plugin.config.claims_to_verify) expect(Object.keys(claims)).toContain(claim);
  });
});

describe('Traefik', () => {
  it('passes on the headers that the service answers with', () => {
    const { forwardAuth } = yaml('traefik', 'forward-auth.yaml').http.middlewares.token;
    expect(forwardAuth.authResponseHeaders.map((name: string) => name.toLowerCase())).toEqual(serviceHeaders);
  });

  it('tells the plugin the issuer, and to require what tokens hold', () => {
    const { jwt } = yaml('traefik', 'plugin.yaml').http.middlewares.token.plugin;
    expect(jwt.issuers).toEqual([metadata.issuer]);
    expect(claims).toMatchObject(jwt.require);
    for (const name of Object.values(jwt.headerMap)) expect(Object.keys(claims)).toContain(name);
    expect(jwt.validMethods).toContain(decodeProtectedHeader(token).alg);
  });
});
