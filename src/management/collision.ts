import { ManagementError } from '../model/management-error.js';
import type { ApplicationCollision } from '../store/port/applications.js';

const refusals: Readonly<Record<ApplicationCollision, { readonly message: string; readonly field?: string }>> = {
  id_taken: { message: 'An object with this id exists already.' },
  name_taken: { message: 'Another application has this name; capitals make no difference.', field: 'name' },
  client_id_taken: { message: 'Another key set has this client id.', field: 'clientId' },
};

/** The refusal of a write that met what must be unique. */
export const collision = (outcome: ApplicationCollision): ManagementError => {
  const { message, field } = refusals[outcome];
  return new ManagementError('CONFLICT', message, field === undefined ? {} : { field });
};
