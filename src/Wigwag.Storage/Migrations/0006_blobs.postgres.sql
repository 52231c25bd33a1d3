-- Attachments' bytes, in pieces; all pieces are there before the row in blobs that names them.
CREATE TABLE blobs (
  content_id TEXT COLLATE "C" NOT NULL PRIMARY KEY, -- SHA-256
  size_bytes BIGINT NOT NULL,
  media_type TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE blob_pieces (
  content_id TEXT COLLATE "C" NOT NULL,
  position   BIGINT NOT NULL,
  bytes      BYTEA NOT NULL,
  PRIMARY KEY (content_id, position)
);
ALTER TABLE blob_pieces ALTER COLUMN bytes SET STORAGE EXTERNAL;
