import type { Connection, Model } from 'mongoose';
import type { Clock } from '../../model/clock.js';
import type * as documents from './documents.js';
import type { Runs } from './run.js';
import * as schemas from './schemas.js';

/** The collections, and what the ports of this adapter need beside them. */
export interface Database extends Collections {
  readonly clock: Clock;
  /** The first instant that no server's clock has reached. */
  readonly unreached: Clock;
}

/** With the limit of time for each command on them. */
export interface Collections extends Runs {
  readonly applications: Model<documents.ApplicationDocument>;
  readonly users: Model<documents.UserDocument>;
  readonly families: Model<documents.FamilyDocument>;
  readonly accessTokens: Model<documents.AccessTokenDocument>;
  readonly deniedJwts: Model<documents.DeniedJwtDocument>;
  readonly assertions: Model<documents.AssertionDocument>;
  readonly idempotency: Model<documents.IdempotencyDocument>;
  readonly settings: Model<documents.SettingDocument>;
  readonly signingKeys: Model<documents.SigningKeyDocument>;
  readonly usage: Model<documents.UsageDocument>;
  readonly audit: Model<documents.AuditDocument>;
  readonly registrations: Model<documents.RegistrationDocument>;
  readonly kept: Model<documents.KeptDocument>;
  readonly closing: Model<documents.ClosingDocument>;
  readonly imports: Model<documents.ImportDocument>;
  readonly tallies: Model<documents.TallyDocument>;
  readonly activeUsers: Model<documents.ActiveUserDocument>;
  /** Those of them that have an outbox. */
  readonly carriers: Readonly<Record<CarrierName, Model<documents.OutboxCarrier>>>;
}

export type CarrierName = 'applications' | 'users' | 'families' | 'signingKeys' | 'imports';

/** Models of one connection: nothing is registered with Mongoose at large. */
// eslint-disable-next-line max-lines-per-function -- a table: each collection with the type and the schema of its documents
export const collectionsOf = (connection: Connection, runs: Runs): Collections => ({
  ...runs,
  applications: connection.model<documents.ApplicationDocument>(
    'Application',
    schemas.applicationSchema,
    'applications',
  ),
  users: connection.model<documents.UserDocument>('User', schemas.userSchema, 'users'),
  families: connection.model<documents.FamilyDocument>('Family', schemas.familySchema, 'families'),
  accessTokens: connection.model<documents.AccessTokenDocument>(
    'AccessToken',
    schemas.accessTokenSchema,
    'access_tokens',
  ),
  deniedJwts: connection.model<documents.DeniedJwtDocument>('DeniedJwt', schemas.deniedJwtSchema, 'denied_jwts'),
  assertions: connection.model<documents.AssertionDocument>('Assertion', schemas.assertionSchema, 'assertions'),
  idempotency: connection.model<documents.IdempotencyDocument>(
    'IdempotencyClaim',
    schemas.idempotencySchema,
    'idempotency_claims',
  ),
  settings: connection.model<documents.SettingDocument>('Setting', schemas.settingSchema, 'settings'),
  signingKeys: connection.model<documents.SigningKeyDocument>('SigningKey', schemas.signingKeySchema, 'signing_keys'),
  usage: connection.model<documents.UsageDocument>('Usage', schemas.usageSchema, 'usage'),
  audit: connection.model<documents.AuditDocument>('AuditEvent', schemas.auditSchema, 'audit_events'),
  registrations: connection.model<documents.RegistrationDocument>(
    'Registration',
    schemas.registrationSchema,
    'registrations',
  ),
  kept: connection.model<documents.KeptDocument>('Kept', schemas.keptSchema, 'kept_registrations'),
  closing: connection.model<documents.ClosingDocument>('Closing', schemas.closingSchema, 'closing'),
  imports: connection.model<documents.ImportDocument>('Import', schemas.importSchema, 'imports'),
  tallies: connection.model<documents.TallyDocument>('Tally', schemas.tallySchema, 'token_tallies'),
  activeUsers: connection.model<documents.ActiveUserDocument>('ActiveUser', schemas.activeUserSchema, 'active_users'),
  carriers: {
    applications: connection.model<documents.OutboxCarrier>('Application'),
    users: connection.model<documents.OutboxCarrier>('User'),
    families: connection.model<documents.OutboxCarrier>('Family'),
    signingKeys: connection.model<documents.OutboxCarrier>('SigningKey'),
    imports: connection.model<documents.OutboxCarrier>('Import'),
  },
});
