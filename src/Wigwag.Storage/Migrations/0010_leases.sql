-- What is held for a time: reservations of paths and surfaces, claims on issues, slots.
CREATE TABLE leases (
  project     TEXT NOT NULL,
  lease_id    TEXT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('reservation', 'claim', 'slot')),
  scope       TEXT NOT NULL, -- a path, pattern or surface; an issue's id; a slot's name
  root        TEXT NOT NULL, -- of a reservation: the whole segments that everything in it lies at or below, as paths are compared
  tail        TEXT NOT NULL, -- of a reservation: what everything in it ends with, backwards
  mode        TEXT NOT NULL CHECK (mode IN ('exclusive', 'shared')),
  holder      TEXT NOT NULL,
  operator    TEXT,
  issue_id    TEXT,
  reason      TEXT,
  token       INTEGER NOT NULL,
  acquired_at INTEGER NOT NULL,
  renewed_at  INTEGER NOT NULL,
  ttl         INTEGER NOT NULL, -- milliseconds; what a renewal asks for that does not say
  expires_at  INTEGER NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('active', 'released', 'expired')),
  ended_at    INTEGER,
  PRIMARY KEY (project, lease_id)
) STRICT;
-- Roots and tails are searched by ranges: they compare by code point, in every engine.
CREATE INDEX leases_by_root ON leases (project, kind, root, tail) WHERE state = 'active';
CREATE INDEX leases_by_expiry ON leases (project, expires_at) WHERE state = 'active';
CREATE INDEX leases_by_holder ON leases (holder) WHERE state = 'active';
CREATE INDEX leases_by_token ON leases (project, token);

-- The newest fencing token of each project. It only grows; after a restore it goes on above meta's lease_token_floor.
CREATE TABLE lease_tokens (
  project TEXT NOT NULL PRIMARY KEY,
  token   INTEGER NOT NULL
) STRICT;

ALTER TABLE projects ADD COLUMN reservation_policy TEXT NOT NULL DEFAULT 'warn' CHECK (reservation_policy IN ('off', 'warn', 'reserve-on-edit'));
ALTER TABLE projects ADD COLUMN path_case TEXT NOT NULL DEFAULT 'sensitive' CHECK (path_case IN ('sensitive', 'insensitive'));
