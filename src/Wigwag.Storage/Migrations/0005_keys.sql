-- Credentials. A key may reach several projects, so this table leads with none; it is small and read by id alone.
CREATE TABLE keys (
  key_id      TEXT NOT NULL PRIMARY KEY,
  name        TEXT NOT NULL,
  role        TEXT NOT NULL,
  agent       TEXT,
  operator    TEXT,
  projects    TEXT,             -- ids with spaces between, NULL for all
  hash        TEXT NOT NULL,    -- SHA-256 of the whole token
  created_at  INTEGER NOT NULL,
  created_by  TEXT NOT NULL,    -- the credential that made it
  expires_at  INTEGER,
  revoked_at  INTEGER
) STRICT, WITHOUT ROWID;
