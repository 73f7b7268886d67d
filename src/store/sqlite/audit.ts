import type { AuditEvent } from '../../model/audit-event.js';
import type { AuditStore } from '../port/audit.js';
import { parseDocument } from './document.js';
import type { Engine } from './engine.js';
import { behind, pageOf, when, where } from './listing.js';

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
    page: (filter, request) =>
      engine.read(() => {
        const { sql, values } = where([
          ...when(filter.action, 'action = ?', (action) => [action]),
          ...when(filter.target, 'target = ?', (target) => [target]),
          ...when(filter.outcome, 'outcome = ?', (outcome) => [outcome]),
          ...behind(request, 'at, id', '<'),
        ]);
        const select = `SELECT body FROM audit_events ${sql} ORDER BY at DESC, id DESC LIMIT ?`;
        return pageOf(engine.statement<AuditRow>(select).all(...values, request.first + 1), request, parseEvent);
      }),
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
