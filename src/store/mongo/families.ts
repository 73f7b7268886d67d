import { randomUUID } from 'node:crypto';
import type { AuditEvent } from '../../model/audit-event.js';
import type { EpochMillis } from '../../model/clock.js';
import type { Page, PageRequest } from '../../model/page.js';
import type { TokenFamily } from '../../model/token-family.js';
import type { Advance, AdvanceOutcome, EndedFamilies, FamilyFilter } from '../port/tokens.js';
import type { Collections } from './database.js';
import type { FamilyDocument } from './documents.js';
import { all, behind, pageOf, when, type Condition } from './listing.js';
import { moveOutbox } from './outbox.js';
import { requestTime } from './request-time.js';
import { isDuplicateKey } from './store-error.js';

const open = { revokedAt: { $exists: false } };

/** Neither revoked nor over at `at`. */
const liveAt = (at: EpochMillis) => ({ ...open, idleExpiresAt: { $gt: at }, absoluteExpiresAt: { $gt: at } });

export const findFamily = async ({ families, run }: Collections, id: string): Promise<TokenFamily | undefined> => {
  const document = await run(() => families.findById(id).lean<FamilyDocument>());
  return document === null ? undefined : familyOf(document);
};

export const openFamily = async ({ families, run }: Collections, { id, ...fields }: TokenFamily): Promise<void> => {
  const writer = randomUUID();
  try {
    await run(() => families.create({ _id: id, ...fields, scopes: [...fields.scopes], writer }));
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    // Written by this very call, whose first reply was lost?
    if ((await run(() => families.exists({ _id: id, writer }))) === null) throw error;
  }
};

/** The compare-and-set of the generation; `writer` tells a caller whose reply was lost that it was he who won. */
export const advanceFamily = async ({ families, run }: Collections, advance: Advance): Promise<AdvanceOutcome> => {
  const { familyId, expectedGeneration, at, idleExpiresAt } = advance;
  const writer = randomUUID();
  const { matchedCount } = await run(() =>
    families.updateOne(
      { _id: familyId, generation: expectedGeneration, ...liveAt(at) },
      { $inc: { generation: 1 }, $set: { generationAt: at, lastUsedAt: at, idleExpiresAt, writer } },
    ),
  );
  if (matchedCount === 1) return { outcome: 'advanced' };
  const there = await run(() => families.findById(familyId).lean<FamilyDocument>());
  if (there === null) return { outcome: 'unknown' };
  return there.writer === writer ? { outcome: 'advanced' } : { outcome: 'not_advanced', family: familyOf(there) };
};

export const revokeFamily = async (
  collections: Collections,
  { id, at, audit }: { readonly id: string; readonly at: EpochMillis; readonly audit?: AuditEvent },
): Promise<TokenFamily | 'unknown'> => {
  const event = audit === undefined ? {} : { $push: { outbox: audit } };
  const write = (condition: Condition, change: Condition): Promise<FamilyDocument | null> =>
    collections.run(() =>
      collections.families
        .findOneAndUpdate({ _id: id, ...condition }, change, { returnDocument: 'after' })
        .lean<FamilyDocument>(),
    );
  const written =
    (await write(open, { $set: { revokedAt: at }, ...event })) ??
    (audit === undefined
      ? await collections.run(() => collections.families.findById(id).lean<FamilyDocument>())
      : await write({}, event));
  if (written === null) return 'unknown';
  await moveOutbox(collections, collections.carriers.families, { _id: id, outbox: audit === undefined ? [] : [audit] });
  return familyOf(written);
};

/** How many families one command looks at, so that it ends in time. */
const stepSize = 500;

/** Walks from the newest to the oldest: what is opened meanwhile was opened after the call. */
export const revokeFamilies = async (
  collections: Collections,
  ended: EndedFamilies,
  at: EpochMillis,
): Promise<number> => {
  const { families, run } = collections;
  const matching = { ...endedConditions(ended), ...liveAt(at) };
  let revoked = 0;
  let request: PageRequest = { first: stepSize };
  for (;;) {
    const { items, hasNextPage } = await pageFamilies(collections, walked(ended), request);
    const these = { ...matching, _id: { $in: items.map(({ id }) => id) } };
    const { modifiedCount } = await run(() => families.updateMany(these, { $set: { revokedAt: at } }));
    revoked += modifiedCount;
    const last = items.at(-1);
    if (!hasNextPage || last === undefined) return revoked;
    requestTime.takeLong();
    request = { first: stepSize, after: { at: last.issuedAt, id: last.id } };
  }
};

/** By the one index that serves; all else is looked at by the write, so that a step stays small also where nothing matches. */
const walked = ({ userId, applicationId }: EndedFamilies): FamilyFilter => ({
  ...(userId !== undefined && { userId }),
  ...(userId === undefined && applicationId !== undefined && { applicationId }),
});

const endedConditions = ({ keySetId, grantType, epochsBelow = {}, ...filter }: EndedFamilies): Condition =>
  all([
    ...conditions(filter),
    ...when(keySetId, (id) => ({ keySetId: id })),
    ...when(grantType, (name) => ({ grantType: name })),
    ...Object.entries(epochsBelow).map(([name, epoch]) => ({ [`epochs.${name}`]: { $lt: epoch } })),
  ]);

export const pageFamilies = async (
  { families, run }: Collections,
  filter: FamilyFilter,
  request: PageRequest,
): Promise<Page<TokenFamily>> => {
  const condition = all([...conditions(filter), ...behind(request, ['issuedAt', '_id'], '$lt')]);
  const found = await run(() =>
    families
      .find(condition)
      .sort({ issuedAt: -1, _id: -1 })
      .limit(request.first + 1)
      .lean<FamilyDocument[]>(),
  );
  return pageOf(found, request, familyOf);
};

const conditions = ({ applicationId, userId, environment }: FamilyFilter): readonly Condition[] => [
  ...when(applicationId, (id) => ({ applicationId: id })),
  ...when(userId, (id) => ({ userId: id })),
  ...when(environment, (name) => ({ environment: name })),
];

const familyOf = (document: FamilyDocument): TokenFamily => ({
  id: document._id,
  grantType: document.grantType,
  applicationId: document.applicationId,
  keySetId: document.keySetId,
  clientId: document.clientId,
  environment: document.environment,
  ...(document.userId === undefined ? {} : { userId: document.userId }),
  scopes: document.scopes,
  epochs: document.epochs,
  generation: document.generation,
  generationAt: document.generationAt,
  issuedAt: document.issuedAt,
  lastUsedAt: document.lastUsedAt,
  idleExpiresAt: document.idleExpiresAt,
  absoluteExpiresAt: document.absoluteExpiresAt,
  ...(document.revokedAt === undefined ? {} : { revokedAt: document.revokedAt }),
});
