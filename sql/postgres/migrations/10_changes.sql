-- What following changes needs. A stream has one row `CE`, its lane ('stream', 'changes') and a row `C` for each file.
ALTER TABLE wirekite_progress
  ADD COLUMN first_seq bigint,
  ADD COLUMN last_seq bigint,
  ADD COLUMN log_bytes bigint;
CREATE INDEX wirekite_progress_files ON wirekite_progress (chunk_number) WHERE target = 'C';
CREATE INDEX wirekite_progress_applied ON wirekite_progress (last_seq) WHERE target = 'C';

-- A new file wakes the loaders; that the lane has moved, the change extractor, which cuts files when they are waited for.
CREATE TRIGGER wirekite_progress_recorded AFTER INSERT ON wirekite_progress FOR EACH ROW
  WHEN (NEW.target = 'C' AND NEW.finish_time IS NULL) EXECUTE PROCEDURE wirekite_wake();
CREATE TRIGGER wirekite_progress_moved AFTER UPDATE OF mark ON wirekite_progress FOR EACH ROW
  WHEN (NEW.target = 'changes' AND NEW.mark IS DISTINCT FROM OLD.mark) EXECUTE PROCEDURE wirekite_wake();

-- One row is a look at the source's log. Once everything before it is in files, `last_seq` says up to which change.
CREATE TABLE wirekite_sample (
  sampled_at timestamptz PRIMARY KEY DEFAULT clock_timestamp(),
  position text NOT NULL,
  log_bytes bigint NOT NULL,
  last_seq bigint,
  kept_bytes bigint,
  limit_bytes bigint
);
CREATE INDEX wirekite_sample_ahead ON wirekite_sample (log_bytes) WHERE last_seq IS NULL;

-- One row is a row, or a change of one, that did not go through.
CREATE TABLE wirekite_error (
  error_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  queue text NOT NULL,
  table_name varchar(320) NOT NULL,
  chunk varchar(320),
  line_number bigint,
  row_key text,
  raw_row text,
  cause text NOT NULL,
  fault text,
  tries int NOT NULL DEFAULT 1,
  resolution text,
  replacement text,
  author text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  resolved_at timestamptz,
  seq bigint
);
CREATE INDEX wirekite_error_open ON wirekite_error (table_name) WHERE resolution IS NULL;

CREATE FUNCTION wirekite_error_resolved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  NEW.resolution := upper(btrim(NEW.resolution));
  IF NEW.resolution NOT IN ('SKIP', 'RELOAD') THEN
    RAISE EXCEPTION 'resolution % is not obeyed by this version: mend the row by hand and set SKIP', quote_literal(NEW.resolution)
      USING ERRCODE = '23514';
  END IF;
  NEW.author := CASE WHEN NEW.resolution IS NOT NULL THEN session_user END;
  NEW.resolved_at := CASE WHEN NEW.resolution IS NOT NULL THEN clock_timestamp() END;
  UPDATE wirekite_table SET errors_escalated = errors_escalated
    + CASE WHEN NEW.resolution IS NULL THEN 1 ELSE 0 END - CASE WHEN OLD.resolution IS NULL THEN 1 ELSE 0 END
  WHERE table_name = NEW.table_name;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION wirekite_error_resolved() FROM PUBLIC;
CREATE TRIGGER wirekite_error_resolved BEFORE UPDATE OF resolution ON wirekite_error
  FOR EACH ROW EXECUTE PROCEDURE wirekite_error_resolved();
CREATE TRIGGER wirekite_error_recorded AFTER UPDATE OF resolution ON wirekite_error
  FOR EACH ROW EXECUTE PROCEDURE wirekite_record('resolution', 'error_id');
