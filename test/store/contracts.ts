import { activityContract } from './activity.contract.js';
import type { Contract } from './opened-stores.js';
import { registrationsContract } from './registrations.contract.js';
import { snapshotContract } from './snapshot.contract.js';
import { sweepContract } from './sweep.contract.js';

/** What every adapter of the store must do. */
export const contracts: readonly Contract[] = [
  registrationsContract,
  activityContract,
  snapshotContract,
  sweepContract,
];
