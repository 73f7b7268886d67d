import type { Context } from 'koa';
import { errorFields } from '../model/error-fields.js';
import type { Log } from '../model/log.js';
import type { EndpointResponse } from '../oauth/endpoints/endpoint.js';
import { errorResponse } from '../oauth/endpoints/error-response.js';
import type { RequestFacts } from './request-facts.js';

/** What is at a path. */
export interface Site {
  /** The path that metrics call it by. */
  readonly label: string;
  /** Answers; does not throw. */
  readonly serve: (context: Context, facts: RequestFacts) => Promise<void>;
  /** Refuses instead, as the protocol of this path tells it. */
  readonly refuse: (context: Context, facts: RequestFacts, error: unknown) => Promise<void>;
}

export interface SiteParts {
  readonly issuer: string;
  readonly log: Log;
  readonly isPublicOrigin: (origin: string) => Promise<boolean>;
  /** Once true, answers end their connections. */
  readonly isStopping: () => boolean;
  /** Absent: that of the OAuth endpoints. */
  readonly errorForm?: typeof errorResponse;
}

/** Headers of every answer, in lower case like those of the endpoints. */
export const everywhere = ({ isStopping }: SiteParts, { requestId }: RequestFacts): Readonly<Record<string, string>> =>
  isStopping()
    ? { 'x-request-id': requestId, 'x-content-type-options': 'nosniff', connection: 'close' }
    : { 'x-request-id': requestId, 'x-content-type-options': 'nosniff' };

/** The answer to what was thrown. What nobody expected is logged with the place where it happened. */
export const refusalAnswer = (parts: SiteParts, error: unknown, { requestId }: RequestFacts): EndpointResponse => {
  const { issuer, errorForm = errorResponse } = parts;
  const answer = errorForm(error, { issuer, requestId });
  if (answer.status === 500) parts.log.error({ requestId, ...errorFields(error) }, 'request_failed');
  if (answer.status === 503) parts.log.debug({ requestId, ...errorFields(error) }, 'request_put_off');
  return answer;
};
