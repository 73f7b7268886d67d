import { notFound } from '../model/management-error.js';
import type { Snapshot } from '../store/port/store.js';
import type { OperationContext } from './operation-context.js';

/**
 * Reads figures of an application from the cut of the operation. One that is being deleted can have some of them in the cut and others not any more:
 * it is not found, like a moment later. One that was made after the cut has none.
 * @throws ManagementError NOT_FOUND
 */
export const figuresOf = async <T>(
  { cut, loaders, deps }: OperationContext,
  { applicationId }: { readonly applicationId: string },
  read: (snapshot: Snapshot) => Promise<T>,
): Promise<T> => {
  const inCut = await loaders.applicationsOfCut.load(applicationId);
  const isNew = async (): Promise<boolean> => (await deps.oauth.store.applications.find(applicationId)) !== undefined;
  if (inCut === undefined && !(await isNew())) throw notFound('application');
  return cut.read(read);
};
