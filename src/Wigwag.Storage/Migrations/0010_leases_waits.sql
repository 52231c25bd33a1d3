-- Who waits for a reservation, in the order they came. A row whose waiter gave no sign in time is not there.
CREATE TABLE lease_waits (
  place       INTEGER PRIMARY KEY AUTOINCREMENT,
  project     TEXT NOT NULL,
  ticket      TEXT NOT NULL,
  holder      TEXT NOT NULL, -- to be
  scopes      TEXT NOT NULL, -- a line each
  mode        TEXT NOT NULL CHECK (mode IN ('exclusive', 'shared')),
  asked_at    INTEGER NOT NULL,
  alive_until INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX lease_waits_by_ticket ON lease_waits (ticket);
CREATE INDEX lease_waits_by_project ON lease_waits (project, place);
