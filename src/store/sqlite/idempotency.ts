import type { IdempotencyClaim, IdempotencyStore } from '../port/idempotency.js';
import type { Engine } from './engine.js';

interface ClaimRow {
  readonly key: string;
  readonly input_digest: string;
  readonly target_id: string;
  readonly expires_at: number;
}

export const sqliteIdempotency = (engine: Engine): IdempotencyStore => {
  // A claim that is over makes room; a live one stays, and nothing changes.
  const claim = engine.statement(
    `INSERT INTO idempotency_claims (key, input_digest, target_id, expires_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE
       SET input_digest = excluded.input_digest, target_id = excluded.target_id, expires_at = excluded.expires_at
       WHERE expires_at <= ?`,
  );
  const byKey = engine.statement<ClaimRow>('SELECT * FROM idempotency_claims WHERE key = ?');
  const release = engine.statement('DELETE FROM idempotency_claims WHERE key = ? AND target_id = ?');
  return {
    claim: (wanted, at) =>
      engine.write(() => {
        const { key, inputDigest, targetId, expiresAt } = wanted;
        if (claim.run(key, inputDigest, targetId, expiresAt, at) === 1) return 'claimed';
        const row = byKey.get(key);
        return row === undefined ? 'claimed' : claimOf(row);
      }),
    release: (key, targetId) =>
      engine.write(() => {
        release.run(key, targetId);
      }),
  };
};

const claimOf = (row: ClaimRow): IdempotencyClaim => ({
  key: row.key,
  inputDigest: row.input_digest,
  targetId: row.target_id,
  expiresAt: row.expires_at,
});
