import { keySetsOf, type Application } from '../model/application.js';
import type { Clock } from '../model/clock.js';
import { grantNames } from '../model/grant-name.js';
import type { Store } from '../store/port/store.js';
import type { EndedFamilies } from '../store/port/tokens.js';
import { keySetById } from './key-sets.js';

export interface ApplicationChanged {
  readonly before: Application;
  readonly after: Application;
}

/**
 * Marks the families that a change of an application has ended, by the epochs it raised and the key sets it took away, for those who look at
 * them; they are dead without it. What was opened since, should it be switched on again by now, lives.
 * @returns how many it marked
 */
export const markEnded = async (
  { store, clock }: { readonly store: Pick<Store, 'tokens'>; readonly clock: Clock },
  changed: ApplicationChanged,
): Promise<number> => {
  let count = 0;
  for (const ended of endedBy(changed)) count += await store.tokens.revokeFamilies(ended, clock());
  return count;
};

const endedBy = ({ before, after }: ApplicationChanged): readonly EndedFamilies[] =>
  keySetsOf(before).flatMap((former): readonly EndedFamilies[] => {
    const those = { applicationId: before.id, keySetId: former.id };
    const present = keySetById(after, former.id);
    if (present === undefined) return [those];
    if (present.epoch > former.epoch) return [{ ...those, epochsBelow: { client: present.epoch } }];
    return grantNames.flatMap((grantType) => {
      const grant = present.grantEpochs[grantType] ?? 0;
      return grant > (former.grantEpochs[grantType] ?? 0) ? [{ ...those, grantType, epochsBelow: { grant } }] : [];
    });
  });
