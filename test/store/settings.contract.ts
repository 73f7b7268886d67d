import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SigningKeyRecord } from '../../src/model/signing-key.js';
import type { Contract, OpenedStores } from './opened-stores.js';
import { eventOf, idMaker } from './registration-reading.js';
import { createdAt, tally, together } from './samples.js';

export const settingsContract: Contract = (name, open) => {
  describe(`settings and signing keys on ${name}`, () => {
    let stores: OpenedStores;
    const id = idMaker('set');
    beforeAll(async () => {
      stores = await open();
    });
    afterAll(() => stores.close());

    const either = (index: number) => (index % 2 === 0 ? stores.first : stores.second);
    const keyOf = (changes: Partial<SigningKeyRecord> = {}): SigningKeyRecord => ({
      id: id('kid'),
      slot: id('ES256'),
      algorithm: 'ES256',
      publicJwk: '{"kty":"EC"}',
      encryptedPrivateKey: 'k1.sealed',
      createdAt,
      usableFrom: createdAt + 5,
      ...changes,
    });
    const listed = async () => (await stores.second.signingKeys.list()).map((key) => key.id);

    it('lets one of 64 first starts decide what a setting is', async () => {
      expect(await stores.first.settings.find('check')).toBeUndefined();
      const answers = await together((index) => either(index).settings.claim('check', `value ${index}`));
      expect(new Set(answers).size).toBe(1);
      expect(await stores.second.settings.find('check')).toBe(answers[0]);
      expect(await stores.first.settings.claim('check', 'too late')).toBe(answers[0]);
    });

    it('keeps one of 64 keys of the same slot, with its event', async () => {
      const [slot, audits] = [id('slot'), Array.from({ length: 64 }, () => eventOf(id('event'), 'rotateSigningKey'))];
      const keys = Array.from({ length: 64 }, () => keyOf({ slot }));
      const outcomes = await together((index) => either(index).signingKeys.add(keys[index] ?? keyOf(), audits[index]));
      expect(tally(outcomes)).toEqual({ added: 1, slot_taken: 63 });
      const winner = outcomes.indexOf('added');
      expect(await stores.second.signingKeys.list()).toEqual([keys[winner]]);
      const written = await Promise.all(audits.map((audit) => stores.first.audit.find(audit.id)));
      expect(written.filter((audit) => audit !== undefined)).toEqual([audits[winner]]);
    });

    it('lists the oldest first, withdraws once and for all, and removes', async () => {
      await stores.first.signingKeys.remove(await listed());
      const [young, old, middle] = [2, 0, 1].map((age) => keyOf({ createdAt: createdAt + age }));
      if (young === undefined || old === undefined || middle === undefined) throw new Error('unreachable');
      for (const key of [young, old, middle]) await stores.first.signingKeys.add(key);
      expect(await stores.second.signingKeys.list()).toEqual([old, middle, young]);
      await stores.first.signingKeys.withdraw([old.id, middle.id, 'nothing'], createdAt + 10);
      await stores.second.signingKeys.withdraw([old.id], createdAt + 20);
      const withdrawnAt = createdAt + 10;
      expect(await stores.second.signingKeys.list()).toEqual([
        { ...old, withdrawnAt },
        { ...middle, withdrawnAt },
        young,
      ]);
      await stores.first.signingKeys.remove([old.id, 'nothing']);
      await stores.second.signingKeys.remove([old.id]);
      expect(await listed()).toEqual([middle.id, young.id]);
      await stores.first.signingKeys.withdraw([], createdAt);
      await stores.first.signingKeys.remove([]);
      expect(await listed()).toEqual([middle.id, young.id]);
    });

    it('keeps a key that is withdrawn from the beginning as it is', async () => {
      const key = keyOf({ withdrawnAt: createdAt + 1, createdAt: createdAt - 1 });
      await stores.first.signingKeys.add(key);
      expect((await stores.second.signingKeys.list())[0]).toEqual(key);
    });
  });
};
