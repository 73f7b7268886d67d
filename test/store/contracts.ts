import { activityContract } from './activity.contract.js';
import { applicationsContract } from './applications.contract.js';
import { auditContract } from './audit.contract.js';
import { idempotencyContract } from './idempotency.contract.js';
import type { Contract } from './opened-stores.js';
import { registrationsContract } from './registrations.contract.js';
import { setBackContract } from './set-back.contract.js';
import { settingsContract } from './settings.contract.js';
import { snapshotContract } from './snapshot.contract.js';
import { sweepContract } from './sweep.contract.js';
import { tokensContract } from './tokens.contract.js';
import { usageContract } from './usage.contract.js';
import { usersContract } from './users.contract.js';

/** What every adapter of the store must do. */
export const contracts: readonly Contract[] = [
  applicationsContract,
  usersContract,
  tokensContract,
  settingsContract,
  usageContract,
  idempotencyContract,
  auditContract,
  registrationsContract,
  activityContract,
  snapshotContract,
  sweepContract,
  setBackContract,
];
