-- About how many issues a project has, for the length of the next one's id. Counting them at each creation would read what every other
-- creation writes.
CREATE TABLE issue_ids (
  project TEXT NOT NULL PRIMARY KEY,
  issues  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
