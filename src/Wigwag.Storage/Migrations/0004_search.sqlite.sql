-- Full text over subject, body and issue; the text itself stays in messages. messages_trigrams finds pieces of identifiers and
-- paths that the words do not; it keeps no positions, and whoever asks checks its answers against the text. Both are written by the
-- statements that write messages: with trusted_schema off, no trigger may touch a virtual table.
CREATE VIRTUAL TABLE messages_words USING fts5 (
  subject, body, issue_id, content = 'messages', content_rowid = 'seq', tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE messages_trigrams USING fts5 (
  subject, body, issue_id, content = 'messages', content_rowid = 'seq', tokenize = 'trigram', detail = none
);
