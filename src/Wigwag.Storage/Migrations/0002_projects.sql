-- Projects and every name they answer to; agents, and what each of them calls other projects.
CREATE TABLE projects (
  project    TEXT NOT NULL PRIMARY KEY,
  name       TEXT NOT NULL,
  remote     TEXT, -- without credentials
  tracker    TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX projects_by_name ON projects (name);

-- The id itself, the short name now and before, aliases, and the ids of other remotes that are the same project.
CREATE TABLE project_names (
  name    TEXT NOT NULL PRIMARY KEY,
  project TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX project_names_by_project ON project_names (project);

CREATE TABLE agents (
  project       TEXT NOT NULL,
  agent         TEXT NOT NULL,
  host          TEXT, -- with path: the workspace that holds the id
  path          TEXT,
  binding       TEXT NOT NULL CHECK (binding IN ('workspace', 'former', 'named')),
  fingerprint   TEXT,
  operator      TEXT,
  program       TEXT,
  model         TEXT,
  role          TEXT,
  display_name  TEXT,
  status        TEXT NOT NULL CHECK (status IN ('idle', 'working', 'blocked', 'done')),
  session       TEXT,
  registered_at INTEGER NOT NULL,
  last_seen_at  INTEGER NOT NULL,
  online_since  INTEGER NOT NULL,
  left_at       INTEGER, -- said goodbye, and not seen since
  PRIMARY KEY (project, agent)
) STRICT;
CREATE UNIQUE INDEX agents_by_id ON agents (agent);
-- A workspace speaks as one agent unless told otherwise.
CREATE UNIQUE INDEX agents_by_workspace ON agents (host, path) WHERE binding = 'workspace';
CREATE INDEX agents_by_path ON agents (path, host);
CREATE INDEX agents_by_sign ON agents (project, last_seen_at);

CREATE TABLE external_projects (
  agent   TEXT NOT NULL,
  name    TEXT NOT NULL, -- in lower case
  project TEXT NOT NULL, -- a project id, registered or not
  PRIMARY KEY (agent, name)
) STRICT, WITHOUT ROWID;
