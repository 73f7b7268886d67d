import type { EpochMillis } from '../../model/clock.js';
import type { OAuthDeps } from '../oauth-deps.js';
import type { EndpointRequest, EndpointResponse } from './endpoint.js';
import { refusalOf } from './error-response.js';

/** Answers by `answer`; a refusal is noted under the request's id before it goes on, so that the log can say which check failed. */
export const notingRefusal = async (
  { clock, events }: OAuthDeps,
  { requestId }: EndpointRequest,
  answer: (at: EpochMillis) => Promise<EndpointResponse>,
): Promise<EndpointResponse> => {
  const at = clock();
  try {
    return await answer(at);
  } catch (error) {
    const { code, detail } = refusalOf(error);
    events.refused({ requestId, at, code, ...(detail === undefined ? {} : { detail }) });
    throw error;
  }
};
