-- The runs of an agent's clients. An agent is gone when the last of them is; agents.last_seen_at and agents.left_at say so for all of them.
CREATE TABLE agent_sessions (
  project    TEXT NOT NULL,
  agent      TEXT NOT NULL,
  session    TEXT NOT NULL, -- its kind, and an id where it has one: 'shell', 'mcp:k3f9'
  program    TEXT,
  started_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL,
  ended_at   INTEGER, -- said goodbye, and not seen since
  gives_back INTEGER NOT NULL, -- 1 when it asked at its end that reservations be given back once nobody of the agent is there
  PRIMARY KEY (project, agent, session)
) STRICT, WITHOUT ROWID;

-- Who was there before sessions were told apart was there in one.
INSERT INTO agent_sessions (project, agent, session, started_at, seen_at, gives_back)
SELECT project, agent, 'shell', online_since, last_seen_at, 0 FROM agents WHERE left_at IS NULL;
