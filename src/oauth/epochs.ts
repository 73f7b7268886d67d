import type { Client } from '../model/application.js';
import type { GrantName } from '../model/grant-name.js';
import type { Epochs } from '../model/token-family.js';
import type { User } from '../model/user.js';

export interface EpochHolders {
  readonly client: Client;
  /** The grant that made the family, not the refresh that moves it. */
  readonly grantType: GrantName;
  readonly user?: User | undefined;
}

/** The epochs as they stand: what a token made now carries, and what an older one must carry to be active. */
export const epochsOf = ({ client, grantType, user }: EpochHolders): Epochs => ({
  client: client.keySet.epoch,
  grant: client.keySet.grantEpochs[grantType] ?? 0,
  user: user?.epoch ?? 0,
});

export const sameEpochs = (left: Epochs, right: Epochs): boolean =>
  left.client === right.client && left.grant === right.grant && left.user === right.user;
