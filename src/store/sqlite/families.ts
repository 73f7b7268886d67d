import type { KeyEnvironment } from '../../model/application.js';
import type { EpochMillis } from '../../model/clock.js';
import type { GrantName } from '../../model/grant-name.js';
import type { Page, PageRequest } from '../../model/page.js';
import type { TokenFamily } from '../../model/token-family.js';
import type { Advance, EndedFamilies, FamilyFilter } from '../port/tokens.js';
import type { Statement, Value } from './connection.js';
import { parseDocument } from './document.js';
import type { Engine } from './engine.js';
import { behind, pageOf, when, where, type Condition } from './listing.js';
import { walkedRows } from './walk.js';

interface FamilyRow {
  readonly id: string;
  readonly grant_type: GrantName;
  readonly application_id: string;
  readonly key_set_id: string;
  readonly client_id: string;
  readonly environment: KeyEnvironment;
  readonly user_id: string | null;
  readonly scopes: string;
  readonly client_epoch: number;
  readonly grant_epoch: number;
  readonly user_epoch: number;
  readonly generation: number;
  readonly generation_at: number;
  readonly issued_at: number;
  readonly last_used_at: number;
  readonly idle_expires_at: number;
  readonly absolute_expires_at: number;
  readonly revoked_at: number | null;
}

export interface FamilyRows {
  readonly byId: Statement<FamilyRow>;
  /** Instant, id; changes no family that is revoked already. */
  readonly revoke: Statement<unknown>;
  insert(family: TokenFamily): void;
  /** Whether it was this call that moved the family. */
  advance(advance: Advance): boolean;
}

export const familyRows = (engine: Engine): FamilyRows => {
  const insert = engine.statement(
    `INSERT INTO families (id, grant_type, application_id, key_set_id, client_id, environment, user_id, scopes,
       client_epoch, grant_epoch, user_epoch, generation, generation_at, issued_at, last_used_at,
       idle_expires_at, absolute_expires_at, revoked_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const advance = engine.statement(
    `UPDATE families SET generation = generation + 1, generation_at = ?1, last_used_at = ?1, idle_expires_at = ?2
     WHERE id = ?3 AND generation = ?4 AND revoked_at IS NULL AND idle_expires_at > ?1 AND absolute_expires_at > ?1`,
  );
  return {
    byId: engine.statement<FamilyRow>('SELECT * FROM families WHERE id = ?'),
    revoke: engine.statement('UPDATE families SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL'),
    insert: (family) => void insert.run(...valuesOf(family)),
    advance: ({ at, idleExpiresAt, familyId, expectedGeneration }) =>
      advance.run(at, idleExpiresAt, familyId, expectedGeneration) === 1,
  };
};

const valuesOf = (family: TokenFamily): readonly Value[] => [
  family.id,
  family.grantType,
  family.applicationId,
  family.keySetId,
  family.clientId,
  family.environment,
  family.userId ?? null,
  JSON.stringify(family.scopes),
  family.epochs.client,
  family.epochs.grant,
  family.epochs.user,
  family.generation,
  family.generationAt,
  family.issuedAt,
  family.lastUsedAt,
  family.idleExpiresAt,
  family.absoluteExpiresAt,
  family.revokedAt ?? null,
];

export const familyOf = (row: FamilyRow): TokenFamily => ({
  id: row.id,
  grantType: row.grant_type,
  applicationId: row.application_id,
  keySetId: row.key_set_id,
  clientId: row.client_id,
  environment: row.environment,
  ...(row.user_id === null ? {} : { userId: row.user_id }),
  scopes: parseDocument<readonly string[]>(row.scopes),
  epochs: { client: row.client_epoch, grant: row.grant_epoch, user: row.user_epoch },
  generation: row.generation,
  generationAt: row.generation_at,
  issuedAt: row.issued_at,
  lastUsedAt: row.last_used_at,
  idleExpiresAt: row.idle_expires_at,
  absoluteExpiresAt: row.absolute_expires_at,
  ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
});

/** A removed application and an erased user are invisible at once, their families go step by step. */
const visible: Condition = {
  sql: `application_id NOT IN (SELECT id FROM removed_applications WHERE cleaned = 0)
    AND (user_id IS NULL OR user_id NOT IN (SELECT user_id FROM erasures))`,
  values: [],
};

const ofUser = ({ userId }: FamilyFilter) => when(userId, 'user_id = ?', (id) => [id]);
const ofApplication = ({ applicationId }: FamilyFilter) => when(applicationId, 'application_id = ?', (id) => [id]);

export const pageFamilies = async (
  engine: Engine,
  filter: FamilyFilter,
  request: PageRequest,
): Promise<Page<TokenFamily>> => {
  const [within, more] =
    filter.userId === undefined ? [ofApplication(filter), []] : [ofUser(filter), ofApplication(filter)];
  const environment = when(filter.environment, 'environment = ?', (name) => [name]);
  const list = { table: 'families', columns: '*', at: 'issued_at', order: 'DESC' } as const;
  const rows = await walkedRows<FamilyRow>(
    engine,
    { ...list, within, filter: [visible, ...more, ...environment] },
    request,
  );
  return pageOf(rows, request, familyOf);
};

/** How many families one write looks at, so that other writes come in between. */
const stepSize = 200;

/** Walks from the newest to the oldest: what is opened meanwhile was opened after the call. */
export const revokeFamilies = async (engine: Engine, ended: EndedFamilies, at: EpochMillis): Promise<number> => {
  const revoke = familyRows(engine).revoke;
  const matches = matcher(ended, at);
  let revoked = 0;
  let request: PageRequest = { first: stepSize };
  for (;;) {
    const { page, count } = await engine.write(() => {
      const step = nextFamilies(engine, ended, request);
      return { page: step, count: step.items.filter(matches).reduce((sum, { id }) => sum + revoke.run(at, id), 0) };
    });
    revoked += count;
    const last = page.items.at(-1);
    if (!page.hasNextPage || last === undefined) return revoked;
    request = { first: stepSize, after: { at: last.issuedAt, id: last.id } };
  }
};

/** By the one index that serves; all else is looked at row by row, so that a step stays small also where nothing matches. */
const nextFamilies = (engine: Engine, ended: EndedFamilies, request: PageRequest): Page<TokenFamily> => {
  const within = ended.userId === undefined ? ofApplication(ended) : ofUser(ended);
  const { sql, values } = where([visible, ...within, ...behind(request, 'issued_at, id', '<')]);
  const select = `SELECT * FROM families ${sql} ORDER BY issued_at DESC, id DESC LIMIT ?`;
  return pageOf(engine.statement<FamilyRow>(select).all(...values, request.first + 1), request, familyOf);
};

const named = ['applicationId', 'userId', 'environment', 'keySetId', 'grantType'] as const;
const epochNames = ['client', 'grant', 'user'] as const;

const matcher =
  (ended: EndedFamilies, at: EpochMillis) =>
  (family: TokenFamily): boolean => {
    const { revokedAt, idleExpiresAt, absoluteExpiresAt, epochs } = family;
    if (revokedAt !== undefined || idleExpiresAt <= at || absoluteExpiresAt <= at) return false;
    if (named.some((field) => ended[field] !== undefined && ended[field] !== family[field])) return false;
    return epochNames.every((name) => epochs[name] < (ended.epochsBelow?.[name] ?? Infinity));
  };
