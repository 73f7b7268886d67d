import type { Log } from '../model/log.js';
import type { generateAccessToken } from '../oauth/management/generate-access-token.js';
import type { VerifyTogether } from '../statistics/verify-together.js';

/** What the management API needs; handed over by the composition root. */
export interface GraphqlDeps {
  /** What the protocol needs, the use cases need no more. */
  readonly oauth: Parameters<typeof generateAccessToken>[0];
  /** For all operations of this server. */
  readonly verifyStatistics: VerifyTogether;
  /** IANA name: the zone of periods that name none. */
  readonly statisticsTimeZone: string;
  /** Of the product. */
  readonly version: string;
  readonly log: Log;
}
