-- Whose word it is that an agent's workspace is where its row says. Agents that are there already keep their workspaces.
ALTER TABLE agents ADD COLUMN vouched INTEGER NOT NULL DEFAULT 1; -- 1: an administrator's
ALTER TABLE agents ADD COLUMN workspace_key TEXT; -- proof:<SHA-256 of the working copy's proof>, or key:<id of the key that named it>

-- A workspace speaks as one agent unless told otherwise: for those whose word counts for all, and for each that speaks for itself alone.
DROP INDEX agents_by_workspace;
CREATE UNIQUE INDEX agents_by_workspace ON agents (host, path) WHERE binding = 'workspace' AND vouched = 1;
CREATE UNIQUE INDEX agents_by_claim ON agents (host, path, workspace_key) WHERE binding = 'workspace' AND vouched = 0;
