import type { mongo, Connection, Model } from 'mongoose';
import { StoreRefused } from '../port/store.js';
import type { Collections } from './database.js';
import { foldNames } from './fold-names.js';
import { isDuplicateKey } from './store-error.js';

/** Raised with every change of the stored form that an older version would not understand. */
const formatVersion = 1;
const formatName = 'format';

type Index = [fields: Record<string, 1 | -1>, options?: mongo.CreateIndexesOptions];

/** Cleaning only: who reads decides by the instant itself, and the sweep usually comes first. */
const expiryMargin = 3600;

/**
 * The one step that makes collections and indexes; running it again changes nothing, also on several servers at once. Indexes that the product does
 * not know are left alone.
 * @throws StoreRefused when a newer version has been here
 */
export const prepare = async (
  connection: Connection,
  collections: Collections,
  clock: { readonly isOfServer: boolean },
): Promise<void> => {
  const known = await collections.settings.findById(formatName).lean();
  if (known !== null && Number(known.value) > formatVersion) {
    throw new StoreRefused(
      'This database was written by a newer version of Tallygate: start that version, or a later one.',
    );
  }
  const expires: Index = [
    { expiresAt: 1 },
    // The database would delete by its own time what another clock still needs.
    clock.isOfServer ? { expireAfterSeconds: expiryMargin } : {},
  ];
  await Promise.all(indexes(collections, expires).map(([model, wanted]) => make(connection, model, wanted)));
  if (known === null) await writeFormat(collections);
  else await foldNames(collections);
};

const writeFormat = async ({ settings }: Collections): Promise<void> => {
  try {
    await settings.create({ _id: formatName, value: `${formatVersion}` });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error; // another server was first
  }
};

/** What `make` needs of a model, whatever its documents are. */
type AnyModel = Pick<Model<unknown>, 'collection'>;

const make = async (connection: Connection, { collection }: AnyModel, wanted: readonly Index[]): Promise<void> => {
  const { collectionName } = collection;
  await connection.createCollection(collectionName).catch(ignore(48)); // NamespaceExists
  for (const [fields, options = {}] of wanted) {
    try {
      await collection.createIndex(fields, options, {});
    } catch (error) {
      // IndexOptionsConflict: made with another clock before; it only cleans.
      if ('expiresAt' in fields && codeOf(error) === 85) continue;
      throw indexRefusal(error, `${collectionName}(${Object.keys(fields).join(', ')})`);
    }
  }
};

/** An index that somebody removed, or made otherwise, while nothing was there to keep it. */
const indexRefusal = (error: unknown, index: string): unknown => {
  const sentence = indexRefusals.get(codeOf(error));
  return sentence === undefined ? error : new StoreRefused(`${sentence} The index is ${index}.`, error);
};

const conflict = 'This database has an index that is not as Tallygate makes it: drop it, and the start makes it anew.';

const indexRefusals: ReadonlyMap<unknown, string> = new Map([
  [85, conflict], // IndexOptionsConflict
  [86, conflict], // IndexKeySpecsConflict
  [
    11000, // DuplicateKey
    'Documents of this database have the same key, so that the unique index for it, which somebody removed, cannot be made: change or delete one of them, or restore a backup.',
  ],
]);

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

const ignore =
  (code: number) =>
  (error: unknown): void => {
    if (codeOf(error) !== code) throw error;
  };

const unique = { unique: true, sparse: true };
const sparse = { sparse: true };
const outbox: Index = [{ 'outbox.id': 1 }, sparse];
const cleaning: Index = [{ cleaning: 1 }, sparse];

// eslint-disable-next-line max-lines-per-function -- a table: each collection with its indexes
const indexes = (of: Collections, expires: Index): readonly (readonly [AnyModel, readonly Index[]])[] => [
  [
    of.applications,
    [
      [{ nameKey: 1 }, unique],
      [{ clientIds: 1 }, unique],
      [{ publicOrigins: 1 }, sparse],
      [{ createdAt: 1, _id: 1 }],
      outbox,
      cleaning,
    ],
  ],
  [of.users, [[{ username: 1 }, unique], [{ createdAt: 1, _id: 1 }], outbox, cleaning]],
  [
    of.families,
    [
      [{ applicationId: 1, issuedAt: -1, _id: -1 }],
      [{ userId: 1, issuedAt: -1, _id: -1 }],
      [{ issuedAt: -1, _id: -1 }],
      [{ idleExpiresAt: 1 }],
      [{ absoluteExpiresAt: 1 }],
      [{ revokedAt: 1 }, sparse],
      outbox,
    ],
  ],
  [of.accessTokens, [[{ applicationId: 1 }], [{ userId: 1 }, sparse], expires]],
  [of.deniedJwts, [expires]],
  [of.assertions, [expires]],
  [of.idempotency, [expires]],
  [of.settings, []],
  [of.signingKeys, [[{ kid: 1 }], outbox]],
  [of.usage, []],
  [
    of.audit,
    [[{ at: -1, _id: -1 }], [{ 'event.target': 1, at: -1, _id: -1 }, sparse], [{ 'event.action': 1, at: -1, _id: -1 }]],
  ],
  [
    of.registrations,
    [
      [{ applicationId: 1, first: 1, userId: 1 }],
      [{ applicationId: 1, productionFirst: 1, userId: 1 }],
      [{ applicationId: 1, sandboxFirst: 1, userId: 1 }],
      [{ userId: 1 }],
      [{ newest: 1 }],
    ],
  ],
  [of.kept, [[{ applicationId: 1, scope: 1, grain: 1, period: 1 }], [{ closed: 1, period: 1 }]]],
  [of.closing, []],
  [of.imports, [[{ until: 1 }], outbox]],
  [of.tallies, [[{ applicationId: 1, day: 1 }]]],
  [of.activeUsers, [[{ applicationId: 1, day: 1, userId: 1 }], [{ userId: 1 }]]],
];
