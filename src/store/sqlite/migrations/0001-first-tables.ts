/** Instants are epoch milliseconds, flags 0 or 1; `body`, `scopes` and `quarters` are JSON. */
export const firstTables = `
CREATE TABLE applications (
  id TEXT NOT NULL PRIMARY KEY,
  name_key TEXT NOT NULL UNIQUE,
  enabled INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX applications_by_age ON applications (created_at, id);

CREATE TABLE client_ids (
  client_id TEXT NOT NULL PRIMARY KEY,
  application_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX client_ids_of_application ON client_ids (application_id);

-- Of enabled applications.
CREATE TABLE public_origins (
  origin TEXT NOT NULL,
  application_id TEXT NOT NULL,
  PRIMARY KEY (origin, application_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX public_origins_of_application ON public_origins (application_id);

-- Stays for good, so that a login that was under way leaves nothing behind; cleaned is 1 when nothing of the application is left.
CREATE TABLE removed_applications (
  id TEXT NOT NULL PRIMARY KEY,
  cleaned INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
  id TEXT NOT NULL PRIMARY KEY,
  username TEXT NOT NULL UNIQUE,
  email TEXT,
  display_name TEXT,
  enabled INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  password_hash TEXT,
  created_at INTEGER NOT NULL,
  password_changed_at INTEGER
) STRICT;
CREATE INDEX users_by_age ON users (created_at, id);

-- Digests of the ids of erased users, for the same reason as removed_applications.
CREATE TABLE erased_users (
  key BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE families (
  id TEXT NOT NULL PRIMARY KEY,
  grant_type TEXT NOT NULL,
  application_id TEXT NOT NULL,
  key_set_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  environment TEXT NOT NULL,
  user_id TEXT,
  scopes TEXT NOT NULL,
  client_epoch INTEGER NOT NULL,
  grant_epoch INTEGER NOT NULL,
  user_epoch INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  generation_at INTEGER NOT NULL,
  issued_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  idle_expires_at INTEGER NOT NULL,
  absolute_expires_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
CREATE INDEX families_by_age ON families (issued_at, id);
CREATE INDEX families_of_application ON families (application_id, issued_at, id);
CREATE INDEX families_of_user ON families (user_id, issued_at, id) WHERE user_id IS NOT NULL;
CREATE INDEX families_by_end ON families (min(idle_expires_at, absolute_expires_at));
CREATE INDEX families_by_revocation ON families (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE access_tokens (
  digest TEXT NOT NULL PRIMARY KEY,
  application_id TEXT NOT NULL,
  user_id TEXT,
  expires_at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX access_tokens_of_application ON access_tokens (application_id);
CREATE INDEX access_tokens_of_user ON access_tokens (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX access_tokens_by_end ON access_tokens (expires_at);

CREATE TABLE denied_jwts (
  jti TEXT NOT NULL PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX denied_jwts_by_end ON denied_jwts (expires_at);

CREATE TABLE assertion_claims (
  key TEXT NOT NULL PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX assertion_claims_by_end ON assertion_claims (expires_at);

-- The key is a digest of application and user, so that the row of an erased user (user_id is null) stays known without his id.
CREATE TABLE registrations (
  key BLOB NOT NULL PRIMARY KEY,
  application_id TEXT NOT NULL,
  user_id TEXT,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  production_first INTEGER,
  production_last INTEGER,
  sandbox_first INTEGER,
  sandbox_last INTEGER
) STRICT;
CREATE INDEX registrations_in_order ON registrations (application_id, first_at, user_id);
CREATE INDEX registrations_in_production ON registrations (application_id, production_first, user_id)
  WHERE production_first IS NOT NULL;
CREATE INDEX registrations_in_sandbox ON registrations (application_id, sandbox_first, user_id)
  WHERE sandbox_first IS NOT NULL;
CREATE INDEX registrations_of_user ON registrations (user_id) WHERE user_id IS NOT NULL;

-- Kept figures: first instants of 256 days (grain 'day') or of 768 quarter hours ('quarter') in a row, packed by packed-counts.ts.
-- environment is '' for the application as a whole. Written in the transaction of the registration that they count.
CREATE TABLE registration_figures (
  application_id TEXT NOT NULL,
  environment TEXT NOT NULL,
  grain TEXT NOT NULL,
  position INTEGER NOT NULL,
  registered BLOB NOT NULL,
  erased BLOB NOT NULL,
  PRIMARY KEY (application_id, environment, grain, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE token_tallies (
  application_id TEXT NOT NULL,
  environment TEXT NOT NULL,
  day INTEGER NOT NULL,
  grant_type TEXT NOT NULL,
  server TEXT NOT NULL,
  quarters TEXT NOT NULL,
  PRIMARY KEY (application_id, environment, day, grant_type, server)
) STRICT, WITHOUT ROWID;

-- Three times 32 quarter hours of the UTC day, the first in the lowest bit.
CREATE TABLE user_days (
  application_id TEXT NOT NULL,
  environment TEXT NOT NULL,
  day INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  early INTEGER NOT NULL,
  middle INTEGER NOT NULL,
  late INTEGER NOT NULL,
  PRIMARY KEY (application_id, environment, day, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_days_of_user ON user_days (user_id);

CREATE TABLE audit_events (
  id TEXT NOT NULL PRIMARY KEY,
  at INTEGER NOT NULL,
  action TEXT NOT NULL,
  outcome TEXT NOT NULL,
  target TEXT,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX audit_events_by_age ON audit_events (at, id);
CREATE INDEX audit_events_of_target ON audit_events (target, at, id) WHERE target IS NOT NULL;

CREATE TABLE idempotency_claims (
  key TEXT NOT NULL PRIMARY KEY,
  input_digest TEXT NOT NULL,
  target_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_claims_by_end ON idempotency_claims (expires_at);

CREATE TABLE settings (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE signing_keys (
  slot TEXT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  withdrawn_at INTEGER,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE usage (
  id TEXT NOT NULL PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
