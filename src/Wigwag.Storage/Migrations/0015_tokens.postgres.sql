-- What each credential may still ask, of all servers together. Worth nothing after a crash: it is not logged, and begins anew, full.
CREATE UNLOGGED TABLE shared_tokens (
  bucket TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  tokens DOUBLE PRECISION NOT NULL,
  taken  DOUBLE PRECISION NOT NULL, -- by the last server that asked
  at     DOUBLE PRECISION NOT NULL  -- seconds since 1970, by the database's clock
) WITH (fillfactor = 50);
