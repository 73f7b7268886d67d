import { expect, it, test } from '@jest/globals';
import { refusalEventOf } from '../../src/management/audit-of.js';
import type { ManagementErrorCode } from '../../src/model/management-error.js';
import { actorWith } from './open-management.js';

const at = Date.UTC(2026, 0, 15, 12);
const deleted = { action: 'deleteUser', code: 'NOT_FOUND' as ManagementErrorCode, target: 'usr_1' };
const idOf = (refused: Partial<typeof deleted> = {}, { clientId = 'console', later = 0 } = {}): string =>
  refusalEventOf(actorWith([], clientId), at + later, { ...deleted, ...refused }).id;

it('gives refusals of the same thing within a minute one event', () => {
  expect(idOf({}, { later: 59_999 })).toBe(idOf());
});

test.each([
  { what: 'another target', id: idOf({ target: 'usr_2' }) },
  { what: 'another mutation', id: idOf({ action: 'updateUser' }) },
  { what: 'another refusal', id: idOf({ code: 'FORBIDDEN' }) },
  { what: 'another client', id: idOf({}, { clientId: 'other' }) },
  { what: 'the next minute', id: idOf({}, { later: 60_000 }) },
])('gives $what an event of its own', ({ id }) => {
  expect(id).not.toBe(idOf());
});
