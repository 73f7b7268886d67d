import type { AuditEvent } from '../../model/audit-event.js';
import type { AuditFilter, AuditStore } from '../port/audit.js';
import type { Collections } from './database.js';
import type { AuditDocument } from './documents.js';
import { all, behind, pageOf, when, type Condition } from './listing.js';
import { insertEvent } from './outbox.js';

export const mongoAudit = (collections: Collections): AuditStore => ({
  append: (event) => insertEvent(collections, event),
  find: async (id) => {
    const document = await collections.run(() => collections.audit.findById(id).lean<AuditDocument>());
    return document?.event;
  },
  page: async (filter, request) => {
    const condition = all([...conditions(filter), ...behind(request, ['at', '_id'], '$lt')]);
    const found = await collections.run(() =>
      collections.audit
        .find(condition)
        .sort({ at: -1, _id: -1 })
        .limit(request.first + 1)
        .lean<AuditDocument[]>(),
    );
    return pageOf(found, request, eventOf);
  },
});

const eventOf = ({ event }: AuditDocument): AuditEvent => event;

const conditions = ({ action, target, outcome }: AuditFilter): readonly Condition[] => [
  ...when(action, (name) => ({ 'event.action': name })),
  ...when(target, (id) => ({ 'event.target': id })),
  ...when(outcome, (name) => ({ 'event.outcome': name })),
];
