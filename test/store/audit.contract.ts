import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../src/model/audit-event.js';
import type { AuditFilter } from '../../src/store/port/audit.js';
import type { Contract, OpenedStores } from './opened-stores.js';
import { eventOf, idMaker } from './registration-reading.js';
import { together, walkPages } from './samples.js';

export const auditContract: Contract = (name, open) => {
  describe(`audit events on ${name}`, () => {
    let stores: OpenedStores;
    const id = idMaker('audit');
    beforeAll(async () => {
      stores = await open();
    });
    afterAll(() => stores.close());

    const listed = async (filter: AuditFilter, first: number): Promise<readonly AuditEvent[]> =>
      walkPages(
        (request) => stores.second.audit.page(filter, request),
        (event) => ({ at: event.at, id: event.id }),
        first,
      );

    it('keeps an event as it is, and the first of those with one id', async () => {
      const event: AuditEvent = {
        ...eventOf(id('event'), 'updateUser'),
        target: id('target'),
        remoteAddress: '192.0.2.1',
        changes: '{"email":"changed"}',
      };
      await together((index) =>
        (index % 2 === 0 ? stores.first : stores.second).audit.append(index === 0 ? event : { ...event, at: index }),
      );
      const kept = await stores.second.audit.find(event.id);
      expect(kept).toEqual({ ...event, at: kept?.at });
      await stores.first.audit.append({ ...event, action: 'another' });
      expect(await stores.second.audit.find(event.id)).toEqual(kept);
      expect(await listed({ target: event.target ?? '' }, 10)).toEqual([kept]);
      expect(await stores.first.audit.find('nothing')).toBeUndefined();
    });

    it('lists the newest first, each once whatever the page size, by action, target and outcome', async () => {
      const events = Array.from({ length: 9 }, (_, index) => ({
        ...eventOf(id('event'), index % 2 === 0 ? 'even' : 'odd'),
        at: Date.UTC(2026, 0, 15) + (index % 4),
        outcome: index % 3 === 0 ? 'FORBIDDEN' : 'ok',
        ...(index < 5 && { target: 'listed-target' }),
      }));
      for (const event of events) await stores.first.audit.append(event);
      const those = (choose: (event: AuditEvent, index: number) => boolean) =>
        events.filter(choose).sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
      const ours = (event: AuditEvent) => event.action === 'even' || event.action === 'odd';
      for (const first of [1, 2, 100]) {
        expect((await listed({}, first)).filter(ours)).toEqual(those(() => true));
        expect(await listed({ action: 'even' }, first)).toEqual(those(({ action }) => action === 'even'));
      }
      expect(await listed({ target: 'listed-target' }, 2)).toEqual(those((_, index) => index < 5));
      expect(await listed({ outcome: 'FORBIDDEN' }, 2)).toEqual(those(({ outcome }) => outcome !== 'ok'));
      const filter = { action: 'odd', target: 'listed-target', outcome: 'ok' };
      expect(await listed(filter, 1)).toEqual(those((_, index) => index === 1));
      expect(await listed({ action: 'none' }, 2)).toEqual([]);
    });
  });
};
