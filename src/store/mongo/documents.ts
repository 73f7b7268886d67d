import type { Application, KeyEnvironment } from '../../model/application.js';
import type { AuditEvent } from '../../model/audit-event.js';
import type { EpochMillis } from '../../model/clock.js';
import type { GrantName } from '../../model/grant-name.js';
import type { SigningKeyRecord } from '../../model/signing-key.js';
import type { Epochs, OpaqueAccessToken, TokenFamily } from '../../model/token-family.js';
import type { UtcDay } from '../../model/quarter-hour.js';

/** Carries the events of its own changes until they stand in `audit_events`, so that both are durable or neither. */
export interface WithOutbox {
  outbox?: AuditEvent[];
}

/** A document that has an outbox, seen as no more than that. */
export interface OutboxCarrier extends WithOutbox {
  _id: string;
}

/** The call that wrote last: a call whose reply was lost and that was sent again recognises its own work. */
export interface WithWriter {
  writer: string;
}

export interface ApplicationDocument extends WithOutbox, WithWriter {
  _id: string;
  /** All below is gone once it is removed: what is left says that the id was taken. */
  nameKey?: string;
  /** Absent rather than empty: an index over arrays takes empty ones for equal. */
  clientIds?: string[];
  publicOrigins?: string[];
  version?: number;
  createdAt?: EpochMillis;
  application?: Application;
  removedAt?: EpochMillis;
  /** Set from the first write of a removal until nothing is left to clean. */
  cleaning?: boolean;
}

export interface UserDocument extends WithOutbox, WithWriter {
  _id: string;
  username?: string;
  email?: string;
  displayName?: string;
  enabled?: boolean;
  epoch?: number;
  passwordHash?: string;
  createdAt?: EpochMillis;
  passwordChangedAt?: EpochMillis;
  /** Keys of the registration rows that were ever announced for him: his erasure leaves none of them and lets none come later. */
  registrationKeys?: string[];
  erasedAt?: EpochMillis;
  /** From the first write of an erasure to its last one: cuts that still show his registrations show him. */
  formerUsername?: string;
  cleaning?: boolean;
}

export interface FamilyDocument extends Omit<TokenFamily, 'id' | 'scopes' | 'epochs'>, WithOutbox, WithWriter {
  _id: string;
  scopes: string[];
  epochs: Epochs;
}

export interface AccessTokenDocument extends Omit<
  OpaqueAccessToken,
  'digest' | 'scopes' | 'audience' | 'epochs' | 'expiresAt'
> {
  _id: string;
  scopes: string[];
  audience: string[];
  epochs: Epochs;
  expiresAt: Date;
}

export interface DeniedJwtDocument {
  _id: string;
  expiresAt: Date;
}

export interface AssertionDocument extends WithWriter {
  _id: string;
  expiresAt: Date;
}

export interface IdempotencyDocument extends WithWriter {
  _id: string;
  inputDigest: string;
  targetId: string;
  expiresAt: Date;
}

export interface SettingDocument {
  _id: string;
  value: string;
}

export interface SigningKeyDocument extends WithOutbox, WithWriter {
  /** The slot. */
  _id: string;
  kid: string;
  createdAt: EpochMillis;
  key: SigningKeyRecord;
  withdrawnAt?: EpochMillis;
}

export interface UsageDocument {
  _id: string;
  at: EpochMillis;
}

export interface AuditDocument {
  _id: string;
  at: EpochMillis;
  event: AuditEvent;
}

export interface RegistrationDocument {
  /** Digest of application and user. */
  _id: string;
  applicationId: string;
  /** Empty once the user is erased: the row keeps its first instants and nothing else. */
  userId: string;
  first: EpochMillis;
  last?: EpochMillis;
  productionFirst?: EpochMillis;
  productionLast?: EpochMillis;
  sandboxFirst?: EpochMillis;
  sandboxLast?: EpochMillis;
  /** The last of the first instants. */
  newest?: EpochMillis;
}

/** The whole of an application beside its environments. */
export type Scope = KeyEnvironment | 'WHOLE';

export const grains = ['DAY', 'MONTH'] as const;
export type Grain = (typeof grains)[number];

/** An operation that changes registrations of a kept period. Nothing is kept of the period before `until`, unless it says that it has ended. */
export interface RunningChange {
  id: string;
  until: EpochMillis;
}

/** What is kept of one UTC day or month of an application as a whole or one of its environments. */
export interface KeptDocument {
  _id: string;
  applicationId: string;
  scope: Scope;
  grain: Grain;
  /** The UTC day, or months since January 1970. */
  period: number;
  /** Raised by every write. */
  version: number;
  changing?: RunningChange[];
  /** Figures are kept. Absent: the period is counted live. */
  closed?: true;
  registered?: number;
  erased?: number;
  /** Of a day: by quarter hours; left out where all are 0. */
  registeredQuarters?: number[];
  erasedQuarters?: number[];
}

/** How far periods are closed. */
export interface ClosingDocument {
  _id: 'closing';
  /** The last closed day: of days up to it rows are counted live only where a kept document says so. */
  through: UtcDay;
  /** A pass over all applications that closes the days after `through` up to this one. */
  to?: UtcDay;
  /** The pass has done the applications up to this one. */
  done?: string;
}

/** An import that is under way: what a crash interrupts is done again from here. */
export interface ImportDocument extends WithOutbox {
  /** The id of its event. */
  _id: string;
  rows: { applicationId: string; environment: KeyEnvironment; userId: string; at: EpochMillis }[];
  until: EpochMillis;
}

export interface TallyDocument {
  _id: string;
  applicationId: string;
  environment: KeyEnvironment;
  grantType: GrantName;
  day: UtcDay;
  /** Sum of all figures: it only grows, so that a write that comes late changes nothing. */
  sum: number;
  quarters: { quarter: number; issued: number; refused: number }[];
}

export interface ActiveUserDocument {
  _id: string;
  applicationId: string;
  environment: KeyEnvironment;
  userId: string;
  day: UtcDay;
  quarters: number[];
}
