import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { changesBetween } from '../../src/management/changes-between.js';

const changes = (before: object | undefined, after: object | undefined): unknown => {
  const text = changesBetween(before, after);
  return text === undefined ? undefined : JSON.parse(text);
};

describe('changesBetween', () => {
  it('names what differs by its path, with both values', () => {
    expect(changes({ a: 1, b: { c: 2, d: 3 } }, { a: 1, b: { c: 4, d: 3 } })).toEqual({
      'b.c': { before: 2, after: 4 },
    });
  });

  it('shows what came and what went', () => {
    expect(changes({ a: 1 }, { b: { c: 2 } })).toEqual({ a: { before: 1 }, 'b.c': { after: 2 } });
    expect(changes(undefined, { a: 1 })).toEqual({ a: { after: 1 } });
    expect(changes({ a: 1 }, undefined)).toEqual({ a: { before: 1 } });
  });

  it('compares lists as wholes', () => {
    expect(changes({ a: ['x', 'y'] }, { a: ['y'] })).toEqual({ a: { before: ['x', 'y'], after: ['y'] } });
  });

  it('writes instants by RFC 3339 at any depth', () => {
    const at = Date.UTC(2026, 0, 31, 9);
    expect(changes({ createdAt: at }, { secrets: [{ expiresAt: at, createdAt: at }] })).toEqual({
      createdAt: { before: '2026-01-31T09:00:00.000Z' },
      secrets: { after: [{ expiresAt: '2026-01-31T09:00:00.000Z', createdAt: '2026-01-31T09:00:00.000Z' }] },
    });
  });

  it('is undefined when nothing differs that may be shown', () => {
    expect(changes({ a: [1], version: 1, updatedAt: 1 }, { a: [1], version: 2, updatedAt: 2 })).toBeUndefined();
    expect(changes({ passwordHash: 'a' }, { passwordHash: 'b' })).toBeUndefined();
  });

  it('leaves digests and hashes out at any depth', () => {
    const secret = { digest: 'hidden', passwordHash: 'hidden' };
    const nested = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constant(secret),
        fc.string({ maxLength: 2 }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'digest'), tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(nested, nested, (before, after) => {
        expect(changesBetween({ root: before }, { root: after }) ?? '').not.toContain('hidden');
      }),
    );
  });
});
