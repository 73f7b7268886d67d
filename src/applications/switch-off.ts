import { keySetById, raiseEpoch, withKeySet } from '../management/key-sets.js';
import { keySetsOf, type Application, type KeySet } from '../model/application.js';
import type { GrantName } from '../model/grant-name.js';

/**
 * What a change switches off ends what was issued before, in the same write: compares the application before and after it and raises the
 * epochs that follow. The application off: both key sets; a key set off: its own; a grant type removed: this grant's, except
 * refresh_token, whose families stay. Switching on and taking scopes away raise nothing.
 */
export const endWhatIsOff = (before: Application, next: Application): Application =>
  keySetsOf(next).reduce((application, keySet) => {
    const former = keySetById(before, keySet.id);
    if (former === undefined) return application;
    const wentOff = (before.enabled && !next.enabled) || (former.enabled && !keySet.enabled);
    const grantEpochs = raiseRemoved(former, keySet);
    if (!wentOff && grantEpochs === keySet.grantEpochs) return application;
    return withKeySet(application, { ...(wentOff ? raiseEpoch(keySet) : keySet), grantEpochs });
  }, next);

const raiseRemoved = (former: KeySet, keySet: KeySet): KeySet['grantEpochs'] => {
  const removed = former.grantTypes.filter((name) => endsFamilies(name) && !keySet.grantTypes.includes(name));
  if (removed.length === 0) return keySet.grantEpochs;
  const raised = removed.map((name) => [name, (keySet.grantEpochs[name] ?? 0) + 1] as const);
  return { ...keySet.grantEpochs, ...Object.fromEntries(raised) };
};

const endsFamilies = (name: GrantName): boolean => name !== 'refresh_token';
