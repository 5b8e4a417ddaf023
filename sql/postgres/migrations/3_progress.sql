-- The published table, made here or adopted while it is empty: rows of another program say nothing about our files.
CREATE TABLE IF NOT EXISTS wirekite_progress (
  source VARCHAR(320),
  target VARCHAR(320),
  operation TEXT NOT NULL,
  transmission TEXT NOT NULL DEFAULT 'F',
  mark VARCHAR(64) NULL,
  table_name VARCHAR(320) NULL,
  start_time TIMESTAMPTZ NOT NULL,
  finish_time TIMESTAMPTZ NULL,
  restarts INT DEFAULT 0 NOT NULL,
  PRIMARY KEY (source, target)
);

DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM wirekite_progress) THEN
    RAISE EXCEPTION 'wirekite_progress holds rows that openkite did not write'
      USING HINT = 'Choose another control schema, or empty the table together with the target tables that it describes.';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_index WHERE indrelid = 'wirekite_progress'::regclass AND indisprimary) THEN
    ALTER TABLE wirekite_progress ADD PRIMARY KEY (source, target);
  END IF;
END $$;

ALTER TABLE wirekite_progress
  ADD COLUMN IF NOT EXISTS transmission TEXT NOT NULL DEFAULT 'F',
  ADD COLUMN IF NOT EXISTS mark VARCHAR(64) NULL,
  ADD COLUMN IF NOT EXISTS table_name VARCHAR(320) NULL,
  ADD COLUMN IF NOT EXISTS start_time TIMESTAMPTZ NOT NULL,
  ADD COLUMN IF NOT EXISTS finish_time TIMESTAMPTZ NULL,
  ADD COLUMN IF NOT EXISTS restarts INT DEFAULT 0 NOT NULL;

ALTER TABLE wirekite_progress
  ALTER COLUMN source TYPE VARCHAR(320),
  ALTER COLUMN target TYPE VARCHAR(320),
  ALTER COLUMN mark TYPE VARCHAR(64),
  ALTER COLUMN table_name TYPE VARCHAR(320),
  ALTER COLUMN start_time TYPE TIMESTAMPTZ,
  ALTER COLUMN finish_time TYPE TIMESTAMPTZ,
  ADD COLUMN generation INT NOT NULL DEFAULT 1,
  ADD COLUMN chunk_number BIGINT,
  ADD COLUMN position TEXT,
  ADD COLUMN row_count BIGINT,
  ADD COLUMN byte_count BIGINT,
  ADD COLUMN checksum TEXT,
  ADD COLUMN worker TEXT,
  ADD COLUMN claimed_at TIMESTAMPTZ,
  ADD COLUMN updated_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
  ADD COLUMN error TEXT;

CREATE INDEX wirekite_progress_unfinished ON wirekite_progress (operation, table_name) WHERE finish_time IS NULL;
CREATE INDEX wirekite_progress_sealed ON wirekite_progress (table_name) WHERE operation = 'DE' AND finish_time IS NOT NULL AND claimed_at IS NULL;
CREATE INDEX wirekite_progress_of_table ON wirekite_progress (table_name, operation);
CREATE INDEX wirekite_progress_restarted ON wirekite_progress (restarts) WHERE restarts > 0;

-- A sealed chunk wakes the loaders, a loaded one the coordinator. Files of changes have triggers of their own.
CREATE FUNCTION wirekite_wake() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM pg_notify('wirekite', TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION wirekite_wake() FROM PUBLIC;
CREATE TRIGGER wirekite_progress_sealed AFTER UPDATE OF finish_time ON wirekite_progress FOR EACH ROW
  WHEN (NEW.finish_time IS NOT NULL AND OLD.finish_time IS NULL AND NEW.target <> 'C') EXECUTE PROCEDURE wirekite_wake();
