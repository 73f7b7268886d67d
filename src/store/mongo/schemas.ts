import { Schema } from 'mongoose';

const string = { type: String };
const number = { type: Number };
const boolean = { type: Boolean };
const date = { type: Date };
/** Arrays that are absent unless they are written. */
const strings = { type: [String], default: undefined };
const numbers = { type: [Number], default: undefined };
/** Values of the model, kept as they are: this adapter is their only writer. */
const value = { type: Schema.Types.Mixed };
const values = { type: [Schema.Types.Mixed], default: undefined };

const outbox = { outbox: values };
const writer = { writer: string };

/** A field that the schema does not know is an error, never a silent loss; empty objects are kept. */
const options = { versionKey: false, strict: 'throw', strictQuery: 'throw', minimize: false, id: false } as const;

export const applicationSchema: Schema = new Schema(
  {
    _id: string,
    nameKey: string,
    clientIds: strings,
    publicOrigins: strings,
    version: number,
    createdAt: number,
    application: value,
    removedAt: number,
    cleaning: boolean,
    ...outbox,
    ...writer,
  },
  options,
);

export const userSchema: Schema = new Schema(
  {
    _id: string,
    username: string,
    email: string,
    displayName: string,
    enabled: boolean,
    epoch: number,
    passwordHash: string,
    createdAt: number,
    passwordChangedAt: number,
    registrationKeys: strings,
    erasedAt: number,
    formerUsername: string,
    cleaning: boolean,
    ...outbox,
    ...writer,
  },
  options,
);

/** Whose a token or a family is. */
const grant = {
  grantType: string,
  applicationId: string,
  keySetId: string,
  clientId: string,
  environment: string,
  userId: string,
  scopes: strings,
  epochs: value,
  issuedAt: number,
};

export const familySchema: Schema = new Schema(
  {
    _id: string,
    ...grant,
    generation: number,
    generationAt: number,
    lastUsedAt: number,
    idleExpiresAt: number,
    absoluteExpiresAt: number,
    revokedAt: number,
    ...outbox,
    ...writer,
  },
  options,
);

export const accessTokenSchema: Schema = new Schema(
  { _id: string, ...grant, jti: string, familyId: string, audience: strings, expiresAt: date },
  options,
);

export const deniedJwtSchema: Schema = new Schema({ _id: string, expiresAt: date }, options);

export const assertionSchema: Schema = new Schema({ _id: string, expiresAt: date, ...writer }, options);

export const idempotencySchema: Schema = new Schema(
  { _id: string, inputDigest: string, targetId: string, expiresAt: date, ...writer },
  options,
);

export const settingSchema: Schema = new Schema({ _id: string, value: string }, options);

export const signingKeySchema: Schema = new Schema(
  { _id: string, kid: string, createdAt: number, key: value, withdrawnAt: number, ...outbox, ...writer },
  options,
);

export const usageSchema: Schema = new Schema({ _id: string, at: number }, options);

export const auditSchema: Schema = new Schema({ _id: string, at: number, event: value }, options);

export const registrationSchema: Schema = new Schema(
  {
    _id: string,
    applicationId: string,
    userId: string,
    first: number,
    last: number,
    productionFirst: number,
    productionLast: number,
    sandboxFirst: number,
    sandboxLast: number,
    newest: number,
  },
  options,
);

export const keptSchema: Schema = new Schema(
  {
    _id: string,
    applicationId: string,
    scope: string,
    grain: string,
    period: number,
    version: number,
    changing: values,
    closed: boolean,
    registered: number,
    erased: number,
    registeredQuarters: numbers,
    erasedQuarters: numbers,
  },
  options,
);

export const closingSchema: Schema = new Schema({ _id: string, through: number, to: number, done: string }, options);

export const importSchema: Schema = new Schema({ _id: string, rows: values, until: number, ...outbox }, options);

export const tallySchema: Schema = new Schema(
  {
    _id: string,
    applicationId: string,
    environment: string,
    grantType: string,
    day: number,
    sum: number,
    quarters: values,
  },
  options,
);

export const activeUserSchema: Schema = new Schema(
  { _id: string, applicationId: string, environment: string, userId: string, day: number, quarters: numbers },
  options,
);
