import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nameKey, type Application } from '../../src/model/application.js';
import type { ApplicationFilter } from '../../src/store/port/applications.js';
import type { Contract, OpenedStores } from './opened-stores.js';
import { eventOf, idMaker, inSnapshot, registrationsOf, sweepAll } from './registration-reading.js';
import {
  accessTokenOf,
  applicationOf,
  createdAt,
  familyOf,
  keySetOf,
  nextOf,
  tally,
  together,
  walkPages,
} from './samples.js';

export const applicationsContract: Contract = (name, open) => {
  describe(`applications on ${name}`, () => {
    let stores: OpenedStores;
    const id = idMaker('apps');
    beforeAll(async () => {
      stores = await open();
    });
    afterAll(() => stores.close());

    const either = (index: number) => (index % 2 === 0 ? stores.first : stores.second).applications;
    const event = (action?: string) => eventOf(id('event'), action);
    const made = async (application: Application): Promise<Application> => {
      expect(await stores.first.applications.create(application, event())).toBe('created');
      return application;
    };
    const replaced = async (next: Application): Promise<Application> => {
      expect(await stores.second.applications.replace(next, next.version - 1, event())).toBe('replaced');
      return next;
    };
    const clientId = (application: Application): string => application.keys.PRODUCTION?.clientId ?? '';

    it('finds a new application by id, folded name and client ids, with its event', async () => {
      const audit = event('createApplication');
      const key = id('app');
      const application = applicationOf(key, {
        name: `Café ${key}`,
        description: 'What it is for',
        labels: [{ key: 'team', value: 'a' }],
        keys: {
          PRODUCTION: keySetOf(`p-${key}`),
          SANDBOX: keySetOf(`s-${key}`, { environment: 'SANDBOX', enabled: false }),
        },
      });
      expect(await stores.first.applications.create(application, audit)).toBe('created');
      expect(await stores.second.applications.find(key)).toEqual(application);
      expect(await stores.second.applications.findByName(nameKey(application.name.toUpperCase()))).toEqual(application);
      for (const keySet of [application.keys.PRODUCTION, application.keys.SANDBOX]) {
        expect(await stores.second.applications.findClient(keySet?.clientId ?? '')).toEqual({ application, keySet });
      }
      expect(await stores.second.audit.find(audit.id)).toEqual(audit);
    });

    it('finds nothing by what nobody has', async () => {
      expect(await stores.first.applications.find('nobody')).toBeUndefined();
      expect(await stores.first.applications.findByName('nobody')).toBeUndefined();
      expect(await stores.first.applications.findClient('nobody')).toBeUndefined();
      expect(await stores.first.applications.findClient('no\0body')).toBeUndefined();
      await stores.first.applications.findNobody();
      expect(await stores.first.applications.isPublicOrigin('https://nobody.example')).toBe(false);
    });

    it('says which unique thing is taken, and then writes nothing', async () => {
      const there = await made(applicationOf(id('app')));
      const other = (changes: Partial<Application>) => applicationOf(id('app'), changes);
      const twice = { PRODUCTION: keySetOf('p', { clientId: id('client') }) };
      const attempts = [
        { application: { ...other({}), id: there.id }, outcome: 'id_taken' },
        { application: other({ name: there.name.toUpperCase() }), outcome: 'name_taken' },
        {
          application: other({ keys: { SANDBOX: keySetOf('k', { clientId: clientId(there) }) } }),
          outcome: 'client_id_taken',
        },
        {
          application: other({ keys: { ...twice, SANDBOX: { ...twice.PRODUCTION, id: 's' } } }),
          outcome: 'client_id_taken',
        },
      ];
      for (const { application, outcome } of attempts) {
        const audit = event();
        expect(await stores.second.applications.create(application, audit)).toBe(outcome);
        expect(await stores.first.audit.find(audit.id)).toBeUndefined();
        if (application.id !== there.id) expect(await stores.first.applications.find(application.id)).toBeUndefined();
      }
      expect(await stores.first.applications.find(there.id)).toEqual(there);
    });

    it.each([
      { what: 'id', taken: 'id_taken', same: { id: 'same-id' } },
      { what: 'name', taken: 'name_taken', same: { name: 'Same Name' } },
      {
        what: 'client id',
        taken: 'client_id_taken',
        same: { keys: { PRODUCTION: keySetOf('k', { clientId: 'same-client' }) } },
      },
    ])('makes one of 64 applications of the same $what', async ({ taken, same }) => {
      const outcomes = await together((index) =>
        either(index).create({ ...applicationOf(id('app')), ...same }, event()),
      );
      expect(tally(outcomes)).toEqual({ created: 1, [taken]: 63 });
    });

    it('replaces by compare-and-set and frees what the application no longer uses', async () => {
      const before = await made(applicationOf(id('app')));
      const keys = { SANDBOX: keySetOf(id('keys'), { environment: 'SANDBOX' }) };
      const audit = event('updateApplication');
      const after = nextOf(before, { name: id('Renamed'), enabled: false, keys });
      expect(await stores.second.applications.replace(after, 1, audit)).toBe('replaced');
      expect(await stores.first.applications.find(before.id)).toEqual(after);
      expect(await stores.first.audit.find(audit.id)).toEqual(audit);
      expect(await stores.first.applications.findByName(nameKey(before.name))).toBeUndefined();
      await made(applicationOf(id('app'), { name: before.name, keys: before.keys }));
    });

    it('refuses to replace what has moved, is unknown or takes what another has, and then writes nothing', async () => {
      const there = await made(applicationOf(id('app')));
      const before = await made(applicationOf(id('app')));
      const attempts = [
        { next: nextOf(before), expectedVersion: 2, outcome: 'version_moved' },
        { next: nextOf(applicationOf(id('app'))), expectedVersion: 1, outcome: 'unknown' },
        { next: nextOf(before, { name: there.name.toUpperCase() }), expectedVersion: 1, outcome: 'name_taken' },
        { next: nextOf(before, { keys: there.keys }), expectedVersion: 1, outcome: 'client_id_taken' },
      ];
      for (const { next, expectedVersion, outcome } of attempts) {
        const audit = event();
        expect(await stores.second.applications.replace(next, expectedVersion, audit)).toBe(outcome);
        expect(await stores.first.audit.find(audit.id)).toBeUndefined();
      }
      expect(await stores.first.applications.find(before.id)).toEqual(before);
      expect(await stores.first.applications.findClient(clientId(there))).toMatchObject({ application: there });
    });

    it('lets one of 64 changes of the same version win', async () => {
      const before = await made(applicationOf(id('app')));
      const outcomes = await together((index) =>
        either(index).replace(nextOf(before, { description: `${index}` }), 1, event()),
      );
      expect(tally(outcomes)).toEqual({ replaced: 1, version_moved: 63 });
      const description = `${outcomes.indexOf('replaced')}`;
      expect(await stores.first.applications.find(before.id)).toEqual(nextOf(before, { description }));
    });

    it('gives the client as it stands, however often it was asked for before', async () => {
      let application = await made(applicationOf(id('app')));
      const client = () => stores.first.applications.findClient(clientId(application));
      for (const changes of [{ enabled: false }, { enabled: true }, { description: 'Changed' }]) {
        await client();
        application = await replaced(nextOf(application, changes));
        expect(await client()).toEqual({ application, keySet: application.keys.PRODUCTION });
      }
      const former = clientId(application);
      application = await replaced(nextOf(application, { keys: { PRODUCTION: keySetOf(id('keys')) } }));
      expect(await stores.first.applications.findClient(former)).toBeUndefined();
      expect(await client()).toMatchObject({ application });
      await stores.second.applications.remove(application.id, event());
      expect(await client()).toBeUndefined();
    });

    it('knows the origins of the public clients of enabled applications', async () => {
      const origin = `https://${id('browser')}.example`;
      const knows = () => stores.first.applications.isPublicOrigin(origin);
      const keysOf = (authenticationMethod: 'NONE' | 'CLIENT_SECRET_BASIC') => ({
        PRODUCTION: keySetOf(id('keys'), { authenticationMethod, redirectUris: [`${origin}/callback`] }),
      });
      let application = await made(applicationOf(id('app'), { keys: keysOf('CLIENT_SECRET_BASIC') }));
      expect(await knows()).toBe(false);
      application = await replaced(nextOf(application, { keys: keysOf('NONE') }));
      expect(await knows()).toBe(true);
      application = await replaced(nextOf(application, { enabled: false }));
      expect(await knows()).toBe(false);
      application = await replaced(nextOf(application, { enabled: true }));
      expect(await knows()).toBe(true);
      await stores.second.applications.remove(application.id, event());
      expect(await knows()).toBe(false);
    });

    it('removes an application once, with everything it has, and frees its names', async () => {
      const application = await made(applicationOf(id('app')));
      const of = { applicationId: application.id };
      const [family, token] = [familyOf(id('family'), of), accessTokenOf(id('digest'), of)];
      const registration = { ...of, environment: 'PRODUCTION', userId: id('usr'), at: createdAt } as const;
      await stores.first.tokens.open(family, token);
      await stores.first.registrations.record(registration);
      const audits = Array.from({ length: 64 }, () => event('deleteApplication'));
      const outcomes = await together((index) => either(index).remove(application.id, audits[index] ?? event()));
      expect(tally(outcomes)).toEqual({ removed: 1, unknown: 63 });
      const written = await Promise.all(audits.map((audit) => stores.first.audit.find(audit.id)));
      expect(written.filter((found) => found !== undefined)).toEqual([audits[outcomes.indexOf('removed')]]);
      expect(await stores.second.applications.find(application.id)).toBeUndefined();
      expect(await stores.second.applications.findMany([application.id])).toEqual([]);
      expect(await stores.second.tokens.findFamily(family.id)).toBeUndefined();
      expect(await stores.second.tokens.findAccessToken(token.digest, createdAt)).toBeUndefined();
      expect(await registrationsOf(stores.second, registration.userId)).toEqual([]);
      await made(applicationOf(id('app'), { name: application.name, keys: application.keys }));
    });

    it('leaves nothing of a login that was under way while its application was removed', async () => {
      const application = await made(applicationOf(id('app')));
      const registration = {
        applicationId: application.id,
        environment: 'SANDBOX',
        userId: id('usr'),
        at: createdAt,
      } as const;
      await stores.first.applications.remove(application.id, event());
      await stores.second.registrations.record(registration);
      await sweepAll(stores.first, createdAt);
      expect(await registrationsOf(stores.first, registration.userId)).toEqual([]);
      const extent = inSnapshot(stores.first, ({ registrations }) => registrations.extent(registration));
      expect(await extent).toBeUndefined();
    });

    it('removes a certain version only if asked to', async () => {
      const application = await replaced(nextOf(await made(applicationOf(id('app')))));
      const audit = event();
      expect(await stores.first.applications.remove(application.id, audit, 1)).toBe('version_moved');
      expect(await stores.first.audit.find(audit.id)).toBeUndefined();
      expect(await stores.first.applications.find(application.id)).toEqual(application);
      expect(await stores.first.applications.remove(application.id, audit, 2)).toBe('removed');
      expect(await stores.first.applications.remove(application.id, event(), 2)).toBe('unknown');
    });

    it('lists by age and id, each once whatever the page size, by name, state and label', async () => {
      const mark = id('listed');
      const ids = Array.from({ length: 9 }, () => id('app'));
      for (const [index, key] of ids.entries()) {
        const labels = [{ key: 'team', value: index % 3 === 0 ? `${mark}-a` : `${mark}-b` }];
        const changes = {
          name: `${mark.toUpperCase()} ${key}`,
          createdAt: createdAt + (index % 4),
          enabled: index % 2 === 0,
          labels,
        };
        await made(applicationOf(key, changes));
      }
      const inOrder = [...ids.entries()].sort(([a, idA], [b, idB]) => (a % 4) - (b % 4) || (idA < idB ? -1 : 1));
      const listed = async (filter: ApplicationFilter, first: number): Promise<readonly string[]> => {
        const found = await walkPages(
          (request) => stores.second.applications.page(filter, request),
          (application) => ({ at: application.createdAt, id: application.id }),
          first,
        );
        expect(await stores.first.applications.count(filter)).toBe(found.length);
        return found.map((application) => application.id);
      };
      const those = (choose: (index: number) => boolean) =>
        inOrder.filter(([index]) => choose(index)).map(([, key]) => key);
      const nameContains = `${mark} apps`;
      for (const first of [1, 2, 100]) expect(await listed({ nameContains }, first)).toEqual(those(() => true));
      expect(await listed({ nameContains, enabled: false }, 3)).toEqual(those((index) => index % 2 === 1));
      const label = { key: 'team', value: `${mark}-a` };
      expect(await listed({ label }, 2)).toEqual(those((index) => index % 3 === 0));
      expect(await listed({ label, enabled: true }, 2)).toEqual(those((index) => index % 6 === 0));
      expect(await listed({ label: { key: label.value, value: 'team' } }, 2)).toEqual([]);
      expect(await listed({ nameContains: `${mark}%` }, 2)).toEqual([]);
      const some = await stores.second.applications.findMany(['nobody', ...ids.slice(0, 3), ...ids.slice(0, 1)]);
      expect(new Set(some.map((application) => application.id))).toEqual(new Set(ids.slice(0, 3)));
      expect(some).toHaveLength(3);
    });
  });
};
