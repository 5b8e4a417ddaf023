-- What a DBA steers by and is told beyond the action: more of tables, workers, samples and settings; metrics, checkpoints.
ALTER TABLE wirekite_table
  ADD COLUMN schema_name varchar(320) NOT NULL DEFAULT '',
  ADD COLUMN chunks_written bigint NOT NULL DEFAULT 0,
  ADD COLUMN chunks_loaded bigint NOT NULL DEFAULT 0,
  ADD COLUMN changes_skipped bigint NOT NULL DEFAULT 0;
UPDATE wirekite_table SET schema_name = left(table_name, strpos(table_name, '.') - 1);
ALTER TABLE wirekite_table DROP CONSTRAINT wirekite_table_state, ADD CONSTRAINT wirekite_table_state
  CHECK (state IN ('PLANNED', 'COPYING', 'LOADED', 'DONE', 'FAILED', 'RELOAD_NEEDED', 'HELD', 'SKIPPED'));
CREATE TRIGGER wirekite_table_business_value AFTER UPDATE OF business_value ON wirekite_table
  FOR EACH ROW EXECUTE PROCEDURE wirekite_record('business_value', 'table_name');
CREATE TRIGGER wirekite_table_risk_score AFTER UPDATE OF risk_score ON wirekite_table
  FOR EACH ROW EXECUTE PROCEDURE wirekite_record('risk_score', 'table_name');
CREATE TRIGGER wirekite_table_critical AFTER UPDATE OF critical ON wirekite_table
  FOR EACH ROW EXECUTE PROCEDURE wirekite_record('critical', 'table_name');

ALTER TABLE wirekite_worker
  ADD COLUMN settings_read_at timestamptz,
  ADD COLUMN activity text,
  ADD COLUMN table_name varchar(320),
  ADD COLUMN blocked_by text;

ALTER TABLE wirekite_sample ADD COLUMN applied_bytes bigint;

CREATE INDEX wirekite_progress_history ON wirekite_progress (finish_time) WHERE operation = 'D' AND finish_time IS NOT NULL;

-- One row is a figure at a moment.
CREATE TABLE wirekite_metric (
  sampled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  name text NOT NULL,
  scope text NOT NULL DEFAULT '*',
  value double precision NOT NULL,
  PRIMARY KEY (name, scope, sampled_at)
);
CREATE INDEX wirekite_metric_sampled ON wirekite_metric (sampled_at);

-- One row is a state of all tables that somebody may want to return to.
CREATE TABLE wirekite_checkpoint (
  checkpoint_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  batch_run_id text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  cause text NOT NULL,
  version text NOT NULL,
  document text NOT NULL
);

-- Of kind `word`: what is allowed are words with commas between them or, from ^ on, a regular expression that `unit` explains.
CREATE OR REPLACE FUNCTION wirekite_setting_check(s wirekite_setting, given text) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  wanted text := CASE WHEN s.kind = 'integer' THEN 'a whole number' WHEN s.kind = 'number' THEN 'a number'
    WHEN s.allowed LIKE '^%' THEN s.unit ELSE 'one of ' || s.allowed END
    || coalesce(format(' from %s to %s', s.min_value, s.max_value), '')
    || CASE WHEN s.kind = 'word' THEN '' ELSE coalesce(' (' || s.unit || ')', '') END;
  fits boolean := CASE s.kind WHEN 'integer' THEN given ~ '^-?[0-9]{1,18}$' WHEN 'number' THEN given ~ '^-?[0-9]{1,18}(\.[0-9]{1,9})?$'
    ELSE s.allowed IS NULL OR CASE WHEN s.allowed LIKE '^%' THEN given ~ s.allowed
      ELSE given = ANY (string_to_array(s.allowed, ',')) END END;
BEGIN
  IF s.kind IN ('integer', 'number') AND fits THEN
    fits := given::numeric >= coalesce(s.min_value, given::numeric) AND given::numeric <= coalesce(s.max_value, given::numeric);
  END IF;
  IF NOT fits THEN
    RAISE EXCEPTION 'setting % is %, not %', s.name, wanted, quote_literal(given) USING ERRCODE = '23514';
  END IF;
END $$;

-- The history can only grow; what is older than history_days goes by itself.
CREATE FUNCTION wirekite_history_guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  days int := coalesce((SELECT value::int FROM wirekite_setting WHERE name = 'history_days'), 90);
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.changed_at < clock_timestamp() - days * interval '1 day' THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'wirekite_history only grows: rows go by themselves after % days (setting history_days)', days
    USING ERRCODE = '23514';
END $$;
REVOKE ALL ON FUNCTION wirekite_history_guard() FROM PUBLIC;
CREATE TRIGGER wirekite_history_guard BEFORE UPDATE OR DELETE ON wirekite_history
  FOR EACH ROW EXECUTE PROCEDURE wirekite_history_guard();
CREATE TRIGGER wirekite_history_truncate BEFORE TRUNCATE ON wirekite_history
  FOR EACH STATEMENT EXECUTE PROCEDURE wirekite_history_guard();
