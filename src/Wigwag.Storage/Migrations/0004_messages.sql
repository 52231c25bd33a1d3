-- A message is kept under its thread's home project, a delivery under the recipient's.
CREATE TABLE messages (
  seq            INTEGER PRIMARY KEY AUTOINCREMENT,
  project        TEXT NOT NULL,
  message_id     TEXT NOT NULL,
  thread_id      TEXT NOT NULL,
  issue_id       TEXT,
  sender         TEXT NOT NULL, -- the agent's id, operator:<name>, or wigwag
  agent          TEXT,
  operator       TEXT,
  sender_project TEXT,
  recipients     TEXT NOT NULL, -- as addressed, a space between them
  category       TEXT NOT NULL CHECK (category IN ('HANDOFF', 'BLOCKED', 'DECISION', 'INFO', 'REQUEST')),
  subject        TEXT NOT NULL,
  body           TEXT NOT NULL,
  action         TEXT,
  urgency        TEXT CHECK (urgency IN ('low', 'normal', 'high', 'critical')),
  next_owner     TEXT,
  reply_to       TEXT,
  files          INTEGER NOT NULL, -- how many attachments
  ack_by         INTEGER,
  created_at     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX messages_by_id ON messages (message_id);
CREATE INDEX messages_by_thread ON messages (thread_id, seq); -- thread ids are unique in the database
CREATE INDEX messages_by_project ON messages (project, seq);
CREATE INDEX messages_by_sender ON messages (sender, seq);

-- One for each agent or human a message was sent to; one for a project, with the recipient '*', that its agents share.
-- Humans have no project: theirs is 'operators'.
CREATE TABLE deliveries (
  project    TEXT NOT NULL,
  recipient  TEXT NOT NULL,
  seq        INTEGER NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('unread', 'read', 'acked')),
  read_at    INTEGER,
  acked_at   INTEGER,
  acked_by   TEXT,
  taken_by   TEXT,
  taken_at   INTEGER,
  is_owed    INTEGER NOT NULL, -- 1 until it is acknowledged, where that was asked for
  ack_by     INTEGER,
  overdue_at INTEGER, -- when sender and operator were told
  PRIMARY KEY (project, recipient, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_by_message ON deliveries (seq);
CREATE INDEX deliveries_owed ON deliveries (project, recipient, is_owed, seq) WHERE is_owed = 1;
CREATE INDEX deliveries_due ON deliveries (ack_by) WHERE is_owed = 1 AND overdue_at IS NULL;

-- What waits, and no more: a delivery until its recipient has read it, a project's until it is taken or acknowledged. A table of its
-- own and not a partial index of deliveries, so that no planner can be led through all that was read before.
CREATE TABLE waiting (
  project   TEXT NOT NULL,
  recipient TEXT NOT NULL,
  seq       INTEGER NOT NULL,
  PRIMARY KEY (project, recipient, seq)
) STRICT, WITHOUT ROWID;

-- Who of a project has read what was sent to the project.
CREATE TABLE delivery_reads (
  project TEXT NOT NULL,
  reader  TEXT NOT NULL,
  seq     INTEGER NOT NULL,
  read_at INTEGER NOT NULL,
  PRIMARY KEY (project, reader, seq)
) STRICT, WITHOUT ROWID;

-- Who took part in a thread and is told what is new in it; '*' while what was sent to a project is not taken.
CREATE TABLE thread_participants (
  project     TEXT NOT NULL,
  thread_id   TEXT NOT NULL,
  home        TEXT NOT NULL, -- the participant's project, or 'operators'
  participant TEXT NOT NULL,
  PRIMARY KEY (project, thread_id, home, participant)
) STRICT, WITHOUT ROWID;

CREATE TABLE attachments (
  project    TEXT NOT NULL,
  message_id TEXT NOT NULL,
  name       TEXT NOT NULL,
  position   INTEGER NOT NULL,
  content_id TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  PRIMARY KEY (project, message_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX attachments_by_content ON attachments (content_id);
