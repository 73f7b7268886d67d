import type { Contract } from './opened-stores.js';
import { registrationsContract } from './registrations.contract.js';

/** What every adapter of the store must do. */
export const contracts: readonly Contract[] = [registrationsContract];
