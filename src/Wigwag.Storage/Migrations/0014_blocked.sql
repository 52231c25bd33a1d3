-- Who says that it cannot go on, the newest first.
CREATE INDEX messages_blocked ON messages (seq) WHERE category = 'BLOCKED';
