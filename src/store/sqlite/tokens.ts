import type { EpochMillis } from '../../model/clock.js';
import type { OpaqueAccessToken, TokenFamily } from '../../model/token-family.js';
import type { TokenStore } from '../port/tokens.js';
import { insertAudit } from './audit.js';
import { parseDocument } from './document.js';
import type { Engine } from './engine.js';
import { familyOf, familyRows, pageFamilies, revokeFamilies } from './families.js';

export const sqliteTokens = (engine: Engine): TokenStore => {
  const accessTokens = accessTokenRows(engine);
  const once = expiringKeys(engine);
  return {
    ...issuance(engine, accessTokens),
    ...familyPort(engine),
    findAccessToken: (digest, at) => engine.read(() => accessTokens.find(digest, at)),
    removeAccessToken: (digest) => engine.write(() => accessTokens.remove(digest)),
    denyJwt: (jti, expiresAt) => engine.write(() => once.denyJwt(jti, expiresAt)),
    isDenied: (jti, at) => engine.read(() => once.isDenied(jti, at)),
    claimAssertion: (key, expiresAt, at) =>
      engine.write(() => (once.claim(key, expiresAt, at) ? 'claimed' : 'already_claimed')),
  };
};

/** A family and the opaque access token that comes with it are one transaction. */
const issuance = (
  engine: Engine,
  accessTokens: AccessTokenRows,
): Pick<TokenStore, 'open' | 'advance' | 'keepAccessToken'> => {
  const rows = familyRows(engine);
  return {
    open: (family, accessToken) =>
      engine.write(() => {
        rows.insert(family);
        if (accessToken !== undefined) accessTokens.insert(accessToken);
      }),
    advance: (advance) =>
      engine.write(() => {
        if (rows.advance(advance)) {
          if (advance.accessToken !== undefined) accessTokens.insert(advance.accessToken);
          return { outcome: 'advanced' };
        }
        const row = rows.byId.get(advance.familyId);
        return row === undefined ? { outcome: 'unknown' } : { outcome: 'not_advanced', family: familyOf(row) };
      }),
    keepAccessToken: (accessToken) => engine.write(() => accessTokens.insert(accessToken)),
  };
};

const familyPort = (
  engine: Engine,
): Pick<TokenStore, 'findFamily' | 'revokeFamily' | 'revokeFamilies' | 'pageFamilies'> => {
  const rows = familyRows(engine);
  return {
    findFamily: (id) =>
      engine.read(() => {
        const row = rows.byId.get(id);
        return row && familyOf(row);
      }),
    revokeFamily: (id, at, audit) =>
      engine.write((): TokenFamily | 'unknown' => {
        rows.revoke.run(at, id);
        const row = rows.byId.get(id);
        if (row === undefined) return 'unknown';
        if (audit !== undefined) insertAudit(engine, audit);
        return familyOf(row);
      }),
    revokeFamilies: (ended, at) => revokeFamilies(engine, ended, at),
    pageFamilies: (filter, request) => pageFamilies(engine, filter, request),
  };
};

interface AccessTokenRows {
  insert(token: OpaqueAccessToken): void;
  find(digest: string, at: EpochMillis): OpaqueAccessToken | undefined;
  remove(digest: string): void;
}

/** What has no column of its own. */
type Body = Omit<OpaqueAccessToken, 'digest' | 'applicationId' | 'userId' | 'expiresAt'>;

interface AccessTokenRow {
  readonly application_id: string;
  readonly user_id: string | null;
  readonly expires_at: number;
  readonly body: string;
}

const accessTokenRows = (engine: Engine): AccessTokenRows => {
  const insert = engine.statement(
    'INSERT INTO access_tokens (digest, application_id, user_id, expires_at, body) VALUES (?, ?, ?, ?, ?)',
  );
  const find = engine.statement<AccessTokenRow>(
    'SELECT application_id, user_id, expires_at, body FROM access_tokens WHERE digest = ? AND expires_at > ?',
  );
  const remove = engine.statement('DELETE FROM access_tokens WHERE digest = ?');
  return {
    insert: (token) => {
      const { digest, applicationId, userId, expiresAt } = token;
      insert.run(digest, applicationId, userId ?? null, expiresAt, bodyOf(token));
    },
    find: (digest, at) => {
      const row = find.get(digest, at);
      return row && tokenOf(digest, row);
    },
    remove: (digest) => void remove.run(digest),
  };
};

/** Written out, as it is on the way of every token (docs/decisions/0090). */
const bodyOf = (token: OpaqueAccessToken): string => {
  const { jti, familyId, grantType, keySetId, clientId, environment, scopes, audience, epochs, issuedAt } = token;
  const body = { jti, familyId, grantType, keySetId, clientId, environment, scopes, audience, epochs, issuedAt };
  return JSON.stringify(body satisfies Record<keyof Body, unknown>);
};

const tokenOf = (digest: string, row: AccessTokenRow): OpaqueAccessToken => {
  const body = parseDocument<Body>(row.body);
  return {
    digest,
    jti: body.jti,
    ...(body.familyId === undefined ? {} : { familyId: body.familyId }),
    grantType: body.grantType,
    applicationId: row.application_id,
    keySetId: body.keySetId,
    clientId: body.clientId,
    environment: body.environment,
    ...(row.user_id === null ? {} : { userId: row.user_id }),
    scopes: body.scopes,
    audience: body.audience,
    epochs: body.epochs,
    issuedAt: body.issuedAt,
    expiresAt: row.expires_at,
  };
};

const expiringKeys = (engine: Engine) => {
  const deny = engine.statement(
    `INSERT INTO denied_jwts (jti, expires_at) VALUES (?, ?)
     ON CONFLICT (jti) DO UPDATE SET expires_at = max(expires_at, excluded.expires_at)`,
  );
  const denied = engine.statement('SELECT 1 FROM denied_jwts WHERE jti = ? AND expires_at > ?');
  // A claim that is over makes room; a live one stays, and nothing changes.
  const claim = engine.statement(
    `INSERT INTO assertion_claims (key, expires_at) VALUES (?, ?)
     ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at WHERE expires_at <= ?`,
  );
  return {
    denyJwt: (jti: string, expiresAt: number): void => void deny.run(jti, expiresAt),
    isDenied: (jti: string, at: number): boolean => denied.get(jti, at) !== undefined,
    claim: (key: string, expiresAt: number, at: number): boolean => claim.run(key, expiresAt, at) === 1,
  };
};
