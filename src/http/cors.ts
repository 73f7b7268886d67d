import type { IncomingMessage } from 'node:http';
import type { Endpoint } from '../oauth/endpoints/endpoint.js';

type Headers = Readonly<Record<string, string>>;

export interface CorsRule {
  readonly cors: Endpoint['cors'];
  readonly method: string;
  readonly isPublicOrigin: (origin: string) => Promise<boolean>;
}

/**
 * CORS headers of an answer, refusals included (Fetch §3.2); undefined: none, and nothing to wait for. Credentials are never allowed,
 * and an endpoint that takes them never answers with `*`. A store that is away allows nobody.
 */
export const corsHeaders = (request: IncomingMessage, rule: CorsRule): Promise<Headers> | undefined => {
  const { origin } = request.headers;
  if (rule.cors === 'nobody') return undefined;
  if (rule.cors === 'everybody')
    return Promise.resolve({ 'access-control-allow-origin': '*', ...preflight(request, rule) });
  return origin === undefined ? undefined : headersFor(origin, request, rule);
};

const headersFor = async (origin: string, request: IncomingMessage, rule: CorsRule): Promise<Headers> => {
  const allowed = await rule.isPublicOrigin(origin).catch(() => false);
  if (!allowed) return { vary: 'Origin' };
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'Retry-After, WWW-Authenticate, X-Request-Id',
    vary: 'Origin',
    ...preflight(request, rule),
  };
};

const preflight = (request: IncomingMessage, { method }: CorsRule): Headers =>
  request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined
    ? {}
    : {
        'access-control-allow-methods': method,
        'access-control-allow-headers': 'Authorization, Content-Type',
        'access-control-max-age': '600',
      };
