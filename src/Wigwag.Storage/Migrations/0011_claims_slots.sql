-- Claims have tokens, slots have capacities, and both are waited for or watched by their end.
ALTER TABLE issues ADD COLUMN claim_token INTEGER; -- of the live claim
ALTER TABLE lease_waits ADD COLUMN slot TEXT; -- what is waited for, where it is no reservation
CREATE INDEX leases_by_end ON leases (expires_at) WHERE state = 'active';

CREATE TABLE slots (
  project  TEXT NOT NULL,
  slot     TEXT NOT NULL,
  capacity INTEGER NOT NULL CHECK (capacity > 0),
  PRIMARY KEY (project, slot)
) STRICT, WITHOUT ROWID;

-- The claims there ever were of an issue.
CREATE INDEX leases_by_claim ON leases (project, root, token) WHERE kind = 'claim';
