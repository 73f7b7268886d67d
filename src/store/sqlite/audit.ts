import type { AuditEvent } from '../../model/audit-event.js';
import type { AuditStore } from '../port/audit.js';
import { parseDocument } from './document.js';
import type { Engine } from './engine.js';
import { pageOf, when } from './listing.js';
import { walkedRows } from './walk.js';

interface AuditRow {
  readonly body: string;
}

export const sqliteAudit = (engine: Engine): AuditStore => {
  const byId = engine.statement<AuditRow>('SELECT body FROM audit_events WHERE id = ?');
  return {
    append: (event) => engine.write(() => insertAudit(engine, event)),
    find: (id) =>
      engine.read(() => {
        const row = byId.get(id);
        return row && parseEvent(row);
      }),
    page: async ({ action, outcome, target }, request) => {
      const rows = await walkedRows<AuditRow>(
        engine,
        {
          ...{ table: 'audit_events', columns: 'body', at: 'at', order: 'DESC' },
          within: when(target, 'target = ?', (id) => [id]),
          filter: [...when(action, 'action = ?', (name) => [name]), ...when(outcome, 'outcome = ?', (name) => [name])],
        },
        request,
      );
      return pageOf(rows, request, parseEvent);
    },
  };
};

/** Part of a write: the event is durable with the change or not at all. */
export const insertAudit = (engine: Engine, event: AuditEvent): void => {
  engine
    .statement(
      'INSERT INTO audit_events (id, at, action, outcome, target, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    )
    .run(event.id, event.at, event.action, event.outcome, event.target ?? null, JSON.stringify(event));
};

const parseEvent = (row: AuditRow): AuditEvent => parseDocument<AuditEvent>(row.body);
