-- When a message was first put into a session of its recipient, how, and, where a project's agents share it, into whose.
ALTER TABLE deliveries ADD COLUMN delivered_at INTEGER;
ALTER TABLE deliveries ADD COLUMN delivered_via TEXT;
ALTER TABLE deliveries ADD COLUMN delivered_to TEXT;

-- What may wake an agent or, by default, the agents of a human ('operators'); no row, the defaults of the program.
CREATE TABLE wake_policies (
  project        TEXT NOT NULL,
  owner          TEXT NOT NULL,
  reasons        TEXT NOT NULL, -- a space between them
  gather_seconds INTEGER NOT NULL,
  PRIMARY KEY (project, owner)
) STRICT, WITHOUT ROWID;

-- Up to where an agent was told its news.
CREATE TABLE news_places (
  project TEXT NOT NULL,
  owner   TEXT NOT NULL,
  seq     INTEGER NOT NULL,
  PRIMARY KEY (project, owner)
) STRICT, WITHOUT ROWID;
