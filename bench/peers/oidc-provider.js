// oidc-provider with two clients, one with JWT and one with opaque access tokens, kept in its own memory. `node oidc-provider.js PORT SECRET`
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const [, , port, secret] = process.argv;
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const client = (id) => ({
  client_id: id,
  client_secret: secret,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  id_token_signed_response_alg: 'ES256',
});

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [client('jwt'), client('opaque')],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
  cookies: { keys: [secret] },
  scopes: ['default'],
  ttl: { ClientCredentials: 3600 },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_context, { clientId }) => (clientId === 'jwt' ? 'urn:benchmark' : undefined),
      getResourceServerInfo: () => ({ scope: 'default', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
    },
  },
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
