import { keySetById, raiseEpoch, raiseGrantEpochs, withKeySet } from '../management/key-sets.js';
import { keySetsOf, type Application, type KeySet } from '../model/application.js';
import { familyPart } from '../model/grant-name.js';

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
    const removed = removedGrants(former, keySet);
    if (!wentOff && removed.length === 0) return application;
    return withKeySet(application, raiseGrantEpochs(wentOff ? raiseEpoch(keySet) : keySet, removed));
  }, next);

const removedGrants = (former: KeySet, keySet: KeySet): KeySet['grantTypes'] =>
  former.grantTypes.filter((name) => familyPart[name] !== 'continues' && !keySet.grantTypes.includes(name));
