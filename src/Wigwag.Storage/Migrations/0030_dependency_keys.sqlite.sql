-- The key's columns first. SQLite 3.40.0 to 3.41.0 report a table WITHOUT ROWID as damaged whose key is not made of its first columns.
-- The order of columns does not matter to PostgreSQL.
CREATE TABLE issue_dependencies_by_key (
  project            TEXT NOT NULL,
  issue_id           TEXT NOT NULL,
  depends_on         TEXT NOT NULL,
  depends_on_project TEXT NOT NULL,
  PRIMARY KEY (project, issue_id, depends_on)
) STRICT, WITHOUT ROWID;
INSERT INTO issue_dependencies_by_key (project, issue_id, depends_on, depends_on_project)
SELECT project, issue_id, depends_on, depends_on_project FROM issue_dependencies;
DROP TABLE issue_dependencies;
ALTER TABLE issue_dependencies_by_key RENAME TO issue_dependencies;
CREATE INDEX issue_dependents ON issue_dependencies (depends_on_project, depends_on);
