-- What is kept is limited, so that nobody's heap makes another's request slow.
ALTER TABLE leases ADD COLUMN steps INTEGER NOT NULL DEFAULT 0; -- of a reservation of a pattern: what comparing it costs; 0 for a path
ALTER TABLE lease_tokens ADD COLUMN held INTEGER NOT NULL DEFAULT 0; -- how many reservations of the project have not ended
UPDATE lease_tokens SET held = (SELECT COUNT(*) FROM leases l WHERE l.project = lease_tokens.project AND l.kind = 'reservation' AND l.state = 'active');
-- What an agent had under a name and lost, without going through all that there ever was.
CREATE INDEX leases_by_scope ON leases (project, holder, scope, token) WHERE kind = 'reservation';
CREATE INDEX leases_held ON leases (holder, project, kind) WHERE state = 'active';
-- The credential that opened a project and registered an agent; none for what was there before.
ALTER TABLE projects ADD COLUMN opened_by TEXT;
ALTER TABLE agents ADD COLUMN registered_by TEXT;
CREATE INDEX projects_by_opener ON projects (opened_by) WHERE opened_by IS NOT NULL;
CREATE INDEX agents_by_registrar ON agents (registered_by) WHERE registered_by IS NOT NULL;
