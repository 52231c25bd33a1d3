-- The log, the answers to repeated commands, and how far each reader of the log has come.
CREATE TABLE events (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  project  TEXT NOT NULL,
  at       INTEGER NOT NULL,
  kind     TEXT NOT NULL,
  subject  TEXT NOT NULL,
  agent    TEXT,
  operator TEXT,
  audience TEXT,
  fact     TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_project ON events (project, seq);

CREATE TABLE idempotency_keys (
  credential   TEXT NOT NULL, -- and the agent it spoke for
  key          TEXT NOT NULL,
  operation    TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  answer       TEXT NOT NULL,
  at           INTEGER NOT NULL,
  PRIMARY KEY (credential, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (at);

CREATE TABLE cursors (
  reader   TEXT NOT NULL PRIMARY KEY,
  position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Facts about the database itself: when it was restored from a backup, when its writer came back after a failure.
CREATE TABLE meta (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
