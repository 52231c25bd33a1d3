-- Numbers that readers can follow. A number from a sequence becomes visible when its transaction commits, in any order; a reader
-- that remembers the greatest it saw would skip those that commit after it. So numbers lead with the transaction's own id: all
-- numbers of transactions that are over lie before seq_horizon(), and none will be added there.

-- A database that was moved to another cluster (pg_dump) meets smaller transaction ids there; what they lack is kept here.
CREATE TABLE seq_base (
  base BIGINT NOT NULL
);
INSERT INTO seq_base (base) VALUES (0);

-- The transaction's id times 4096, and which number of the transaction it is.
CREATE FUNCTION next_seq() RETURNS BIGINT LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  used BIGINT := COALESCE(NULLIF(current_setting('wigwag.used_seq', true), ''), '0')::BIGINT;
BEGIN
  IF used >= 4096 THEN
    RAISE EXCEPTION 'a transaction takes at most 4096 numbers' USING ERRCODE = 'program_limit_exceeded';
  END IF;
  PERFORM set_config('wigwag.used_seq', (used + 1)::TEXT, true);
  RETURN (SELECT b.base FROM seq_base b) + ((pg_current_xact_id()::TEXT::BIGINT) << 12) + used;
END $$;

-- The last number before that of any transaction of this database that is not over. Transaction ids are the whole cluster's; those
-- of other databases, and of the engine's own workers, hold nobody up. They are looked up before the transactions in progress are,
-- so that one which ended meanwhile is in progress in neither.
CREATE FUNCTION seq_horizon() RETURNS BIGINT LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  state  pg_snapshot := pg_current_snapshot();
  others xid[];
  oldest xid8;
BEGIN
  IF pg_snapshot_xmin(state) < pg_snapshot_xmax(state) THEN
    others := ARRAY(
      SELECT a.backend_xid FROM pg_stat_get_activity(NULL) a
      WHERE a.backend_xid IS NOT NULL
        AND (a.datid <> (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()) OR a.backend_type <> 'client backend'));
    state := pg_current_snapshot();
    SELECT MIN(x) INTO oldest FROM pg_snapshot_xip(state) x WHERE NOT x::xid = ANY (others);
  END IF;
  oldest := COALESCE(oldest, pg_snapshot_xmax(state));
  RETURN (SELECT b.base FROM seq_base b) + ((oldest::TEXT::BIGINT) << 12) - 1;
END $$;
