import type { IncomingMessage } from 'node:http';
import { codeOf } from '../graphql/graphql-answer.js';
import type { EndpointResponse } from '../oauth/endpoints/endpoint.js';
import { refusalOf, type ErrorContext } from '../oauth/endpoints/error-response.js';
import { acceptedMediaType } from './media-type.js';

/** What is refused at /graphql before it is known to be GraphQL, in the form of its errors: a client that reads only those learns why. */
export const graphqlRefusal = (
  error: unknown,
  { requestId }: ErrorContext,
  request: IncomingMessage,
): EndpointResponse => {
  const { status, headers, message } = refusalOf(error);
  const seconds = headers['retry-after'];
  const extensions = {
    code: codeOf(status),
    ...(seconds === undefined ? {} : { retryAfterSeconds: Number(seconds) }),
    requestId,
  };
  return {
    status,
    headers: {
      ...headers,
      'content-type': `${acceptedMediaType(request.headers.accept) ?? 'application/json'}; charset=utf-8`,
      'cache-control': 'no-store',
      vary: 'Accept',
    },
    body: JSON.stringify({ errors: [{ message, extensions }] }),
  };
};
