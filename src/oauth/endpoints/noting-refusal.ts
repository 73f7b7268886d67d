import type { Client } from '../../model/application.js';
import type { EpochMillis } from '../../model/clock.js';
import type { GrantName } from '../../model/grant-name.js';
import type { OAuthDeps, RefusedEndpoint } from '../oauth-deps.js';
import type { EndpointRequest, EndpointResponse } from './endpoint.js';
import { refusalOf } from './error-response.js';

/** What an endpoint has found out about a request by the time that it refuses it. */
export interface Refused {
  readonly request: EndpointRequest;
  readonly endpoint: RefusedEndpoint;
  readonly at: EpochMillis;
  readonly client?: Client | undefined;
  readonly grantType?: GrantName | undefined;
}

/** A refusal is noted under the request's id, so that the log can say which check failed. */
export const noteRefusal = ({ events }: OAuthDeps, error: unknown, { request, ...refused }: Refused): void => {
  const { code, detail, claimedClientId } = refusalOf(error);
  const { requestId, remoteAddress } = request;
  events.refused({ requestId, remoteAddress, code, detail, claimedClientId, ...refused });
};

/** Answers by `answer`, and notes a refusal before it goes on. */
export const notingRefusal = async (
  deps: OAuthDeps,
  asked: Pick<Refused, 'request' | 'endpoint'>,
  answer: (at: EpochMillis) => Promise<EndpointResponse>,
): Promise<EndpointResponse> => {
  const at = deps.clock();
  try {
    return await answer(at);
  } catch (error) {
    noteRefusal(deps, error, { ...asked, at });
    throw error;
  }
};
