-- Who uploaded which bytes lately, and so may attach them by their content_id before any message carries them.
CREATE TABLE uploads (
  credential TEXT NOT NULL,
  content_id TEXT NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (credential, content_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_by_age ON uploads (at);
