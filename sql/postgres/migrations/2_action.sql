-- The published table, made here or adopted. An adopted one keeps its strictest word; an empty one gets PAUSE,
-- because only a new migration may begin with RUN by itself.
DO $$
DECLARE
  word text := 'RUN';
BEGIN
  IF to_regclass('wirekite_action') IS NULL THEN
    CREATE TABLE wirekite_action (action VARCHAR(5), PRIMARY KEY (action));
  ELSE
    LOCK TABLE wirekite_action IN ACCESS EXCLUSIVE MODE;
    SELECT CASE WHEN bool_or(said = 'STOP') THEN 'STOP' WHEN bool_and(said = 'RUN') THEN 'RUN' ELSE 'PAUSE' END
      INTO word FROM (SELECT coalesce(upper(btrim(action)), '') AS said FROM wirekite_action) w;
    DELETE FROM wirekite_action;
  END IF;
  INSERT INTO wirekite_action (action) VALUES (word);
END $$;

ALTER TABLE wirekite_action ALTER COLUMN action SET NOT NULL;
CREATE UNIQUE INDEX wirekite_action_one_row ON wirekite_action ((true));
ALTER TABLE wirekite_action ADD CONSTRAINT wirekite_action_is_run_pause_or_stop CHECK (action IN ('RUN', 'PAUSE', 'STOP'));

CREATE FUNCTION wirekite_action_before() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
    RAISE EXCEPTION 'wirekite_action always has one row: UPDATE it to RUN, PAUSE or STOP' USING ERRCODE = '23514';
  END IF;
  NEW.action := upper(btrim(NEW.action, E' \t\r\n'));
  IF NEW.action IS NULL OR NEW.action NOT IN ('RUN', 'PAUSE', 'STOP') THEN
    RAISE EXCEPTION 'action % is not one of RUN, PAUSE, STOP', quote_nullable(NEW.action) USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION wirekite_action_before() FROM PUBLIC;

CREATE TRIGGER wirekite_action_before BEFORE INSERT OR UPDATE OR DELETE ON wirekite_action
  FOR EACH ROW EXECUTE PROCEDURE wirekite_action_before();
CREATE TRIGGER wirekite_action_truncate BEFORE TRUNCATE ON wirekite_action
  FOR EACH STATEMENT EXECUTE PROCEDURE wirekite_action_before();
CREATE TRIGGER wirekite_action_after AFTER INSERT OR UPDATE ON wirekite_action
  FOR EACH ROW EXECUTE PROCEDURE wirekite_record('action', '');
ALTER TABLE wirekite_action ENABLE ALWAYS TRIGGER wirekite_action_before;
ALTER TABLE wirekite_action ENABLE ALWAYS TRIGGER wirekite_action_truncate;
ALTER TABLE wirekite_action ENABLE ALWAYS TRIGGER wirekite_action_after;
