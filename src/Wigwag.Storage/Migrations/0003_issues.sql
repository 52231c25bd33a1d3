-- The built-in tracker.
CREATE TABLE issues (
  project      TEXT NOT NULL,
  issue_id     TEXT NOT NULL,
  title        TEXT NOT NULL,
  body         TEXT NOT NULL,
  status       TEXT NOT NULL CHECK (status IN ('open', 'in_progress', 'closed')),
  priority     INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 4),
  labels       TEXT NOT NULL, -- each with a space before and after it: ' bug parser '
  assignee     TEXT,
  claimed_at   INTEGER,
  created_by   TEXT,
  operator     TEXT,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  closed_at    INTEGER,
  closed_by    TEXT,
  close_reason TEXT,
  PRIMARY KEY (project, issue_id),
  CHECK (status <> 'in_progress' OR assignee IS NOT NULL),
  CHECK (status <> 'open' OR assignee IS NULL),
  CHECK ((status = 'closed') = (closed_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX issues_by_id ON issues (issue_id);
CREATE INDEX issues_by_age ON issues (project, created_at, issue_id);
CREATE INDEX issues_by_status ON issues (project, status, created_at, issue_id);
CREATE INDEX issues_by_assignee ON issues (project, assignee, created_at, issue_id) WHERE assignee IS NOT NULL;
CREATE INDEX issues_ready ON issues (project, priority, created_at, issue_id) WHERE status = 'open';

-- The issue waits for depends_on, which may belong to another project.
CREATE TABLE issue_dependencies (
  project            TEXT NOT NULL,
  issue_id           TEXT NOT NULL,
  depends_on_project TEXT NOT NULL,
  depends_on         TEXT NOT NULL,
  PRIMARY KEY (project, issue_id, depends_on)
) STRICT, WITHOUT ROWID;
CREATE INDEX issue_dependents ON issue_dependencies (depends_on_project, depends_on);
