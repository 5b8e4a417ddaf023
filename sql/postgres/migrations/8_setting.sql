-- What may be changed while running. `value` is in force; what the file says stands beside it, so that NULL returns to it.
CREATE TABLE wirekite_setting (
  name text PRIMARY KEY,
  value text,
  default_value text,
  kind text NOT NULL CHECK (kind IN ('integer', 'number', 'word', 'fixed')),
  unit text,
  min_value numeric,
  max_value numeric,
  allowed text,
  meaning text NOT NULL,
  set_by text NOT NULL DEFAULT 'default',
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  applied_at timestamptz,
  file_value text
);

CREATE FUNCTION wirekite_setting_check(s wirekite_setting, given text) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  wanted text := CASE s.kind WHEN 'integer' THEN 'a whole number' WHEN 'number' THEN 'a number' ELSE 'one of ' || s.allowed END
    || coalesce(format(' from %s to %s', s.min_value, s.max_value), '') || coalesce(' (' || s.unit || ')', '');
  fits boolean := CASE s.kind WHEN 'integer' THEN given ~ '^-?[0-9]{1,18}$' WHEN 'number' THEN given ~ '^-?[0-9]{1,18}(\.[0-9]{1,9})?$'
    ELSE s.allowed IS NULL OR given = ANY (string_to_array(s.allowed, ',')) END;
BEGIN
  IF s.kind IN ('integer', 'number') AND fits THEN
    fits := given::numeric >= coalesce(s.min_value, given::numeric) AND given::numeric <= coalesce(s.max_value, given::numeric);
  END IF;
  IF NOT fits THEN
    RAISE EXCEPTION 'setting % is %, not %', s.name, wanted, quote_literal(given) USING ERRCODE = '23514';
  END IF;
END $$;
REVOKE ALL ON FUNCTION wirekite_setting_check(wirekite_setting, text) FROM PUBLIC;

-- Argument: which column the statement names. SQL sets `value`, openkite sets `file_value`; the first one wins.
CREATE FUNCTION wirekite_setting_before() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  IF TG_ARGV[0] = 'value' AND NEW.kind = 'fixed' THEN
    RAISE EXCEPTION 'setting % says what this control schema belongs to: it cannot be changed', NEW.name USING ERRCODE = '23514';
  END IF;
  IF TG_ARGV[0] = 'value' AND NEW.value IS NOT NULL THEN
    NEW.set_by := 'sql:' || session_user;
  ELSIF TG_ARGV[0] = 'value' OR NEW.set_by NOT LIKE 'sql:%' THEN
    NEW.value := coalesce(NEW.file_value, NEW.default_value);
    NEW.set_by := CASE WHEN NEW.file_value IS NULL THEN 'default' ELSE 'file' END;
  END IF;
  NEW.value := btrim(NEW.value);
  IF NEW.value IS NOT NULL THEN
    PERFORM wirekite_setting_check(NEW, NEW.value);
  END IF;
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION wirekite_setting_before() FROM PUBLIC;

CREATE TRIGGER wirekite_setting_from_file BEFORE INSERT OR UPDATE OF file_value ON wirekite_setting
  FOR EACH ROW EXECUTE PROCEDURE wirekite_setting_before('file_value');
CREATE TRIGGER wirekite_setting_from_sql BEFORE UPDATE OF value ON wirekite_setting
  FOR EACH ROW EXECUTE PROCEDURE wirekite_setting_before('value');
CREATE TRIGGER wirekite_setting_after AFTER INSERT OR UPDATE OF value, file_value ON wirekite_setting
  FOR EACH ROW EXECUTE PROCEDURE wirekite_record('value', 'name');
