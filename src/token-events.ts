import type { Metrics } from './metrics.js';
import type { Log } from './model/log.js';
import type { TokenEvents } from './oauth/oauth-deps.js';
import type { ActivityRecorder } from './statistics/activity-recorder.js';

/** Tells log, metrics and statistics of each token that was issued or refused. */
export const tokenEvents = (to: {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly recorder: ActivityRecorder;
}): TokenEvents => ({
  issued: (event) => {
    const { requestId, client, grantType } = event;
    to.metrics.noteIssued(grantType);
    to.recorder.issued(event);
    to.log.debug({ requestId, clientId: client.keySet.clientId, grantType }, 'token_issued');
  },
  refused: (event) => {
    const { requestId, endpoint, remoteAddress, code, detail, claimedClientId, client, grantType } = event;
    to.metrics.noteRefused(code, grantType);
    to.recorder.refused(event);
    const clientId = client?.keySet.clientId ?? claimedClientId;
    const fields = { requestId, endpoint, code, detail, clientId, grantType, remoteAddress };
    if (endpoint === 'token') to.log.info(fields, 'token_refused');
    else to.log.info(fields, 'request_refused');
  },
});
