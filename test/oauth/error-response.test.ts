import { describe, expect, it, test } from '@jest/globals';
import { HashQueueFull } from '../../src/crypto/password-hasher.js';
import { errorResponse } from '../../src/oauth/endpoints/error-response.js';
import { OAuthError } from '../../src/oauth/oauth-error.js';
import { StoreUnavailable } from '../../src/store/port/store.js';

const context = { issuer: 'https://tallygate.example', requestId: 'req-1' };
const answerTo = (error: unknown) => {
  const { status, headers, body = '' } = errorResponse(error, context);
  return { status, headers, body: JSON.parse(body) };
};

describe('the answer to what was thrown', () => {
  it('is the refusal itself, with its status and its headers', () => {
    const refusal = new OAuthError('invalid_request', 'Use POST.', {
      status: 405,
      headers: { allow: 'POST' },
      detail: 'x',
    });
    expect(answerTo(refusal)).toEqual({
      status: 405,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        pragma: 'no-cache',
        'x-content-type-options': 'nosniff',
        allow: 'POST',
      },
      body: {
        error: 'invalid_request',
        error_description: 'Use POST.',
        error_uri: 'https://tallygate.example/errors#invalid_request',
        request_id: 'req-1',
      },
    });
  });

  const overloads: readonly (readonly [string, unknown, string])[] = [
    ['a full hash queue', new HashQueueFull(3), '3'],
    ['a store that is away', new StoreUnavailable(new Error('connect ECONNREFUSED db.internal')), '1'],
  ];
  test.each(overloads)('for %s is 503 with Retry-After', (_, error, seconds) => {
    const { status, headers, body } = answerTo(error);
    expect({ status, error: body.error }).toEqual({ status: 503, error: 'temporarily_unavailable' });
    expect(headers['retry-after']).toBe(seconds);
    expect(JSON.stringify(body)).not.toContain('db.internal');
  });

  test.each([new Error('at /srv/secret/path'), 'a string', undefined, { code: 'invalid_client' }])(
    'for anything else is a bare server_error',
    (error) => {
      const { status, body } = answerTo(error);
      expect({ status, error: body.error }).toEqual({ status: 500, error: 'server_error' });
      expect(JSON.stringify(body)).not.toContain('/srv');
    },
  );
});
