-- Agents of a project in the order in which they came to it.
ALTER TABLE agents ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
UPDATE agents SET place = n.place
FROM (SELECT a.agent, ROW_NUMBER() OVER (PARTITION BY a.project ORDER BY a.registered_at, a.agent) AS place FROM agents a) n
WHERE n.agent = agents.agent;
CREATE INDEX agents_by_place ON agents (project, place);

-- What was sent to everyone that a project had: one row, whose recipients are the agents up to a place, except the sender. Messages sent
-- before this table was there have a row in deliveries for each recipient, and keep it.
CREATE TABLE everyone (
  project    TEXT NOT NULL,
  seq        INTEGER NOT NULL,
  sender     TEXT NOT NULL,
  place      INTEGER NOT NULL, -- of the last agent that it is for
  recipients INTEGER NOT NULL, -- how many
  ack_by     INTEGER,
  overdue_at INTEGER, -- when the deadline was seen to be over
  PRIMARY KEY (project, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX everyone_by_message ON everyone (seq);
CREATE INDEX everyone_owed ON everyone (project, seq) WHERE ack_by IS NOT NULL;
CREATE INDEX everyone_due ON everyone (ack_by) WHERE overdue_at IS NULL;

-- How far one of these recipients has come with it; no row before it was put into a session of theirs.
CREATE TABLE everyone_states (
  project       TEXT NOT NULL,
  recipient     TEXT NOT NULL,
  seq           INTEGER NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('unread', 'read', 'acked')),
  delivered_at  INTEGER NOT NULL,
  delivered_via TEXT NOT NULL,
  read_at       INTEGER,
  acked_at      INTEGER,
  PRIMARY KEY (project, recipient, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX everyone_states_by_message ON everyone_states (project, seq, state);

-- Up to where a recipient has read all that was sent to everyone, so that what was read long ago is not looked at again.
CREATE TABLE everyone_read (
  project   TEXT NOT NULL,
  recipient TEXT NOT NULL,
  seq       INTEGER NOT NULL,
  PRIMARY KEY (project, recipient)
) STRICT, WITHOUT ROWID;
