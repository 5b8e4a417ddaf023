-- Who changed what, when and from where. Filled by triggers; nothing is ever deleted from it by openkite.
CREATE TABLE wirekite_history (
  history_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  object text NOT NULL,
  row_key text,
  column_name text,
  old_value text,
  new_value text,
  changed_by text NOT NULL DEFAULT session_user,
  changed_from text DEFAULT host(inet_client_addr()),
  application text DEFAULT current_setting('application_name')
);

-- Arguments: the column that is watched and the one that names the row ('' where there is one row).
-- It swallows its own failures: a full disk or a lost history must never stop a PAUSE.
CREATE FUNCTION wirekite_record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  was text;
BEGIN
  BEGIN
    IF TG_OP = 'UPDATE' THEN
      was := to_jsonb(OLD) ->> TG_ARGV[0];
    END IF;
    IF TG_OP = 'INSERT' OR was IS DISTINCT FROM to_jsonb(NEW) ->> TG_ARGV[0] THEN
      INSERT INTO wirekite_history (object, row_key, column_name, old_value, new_value)
      VALUES (TG_TABLE_NAME, to_jsonb(NEW) ->> TG_ARGV[1], TG_ARGV[0], was, to_jsonb(NEW) ->> TG_ARGV[0]);
    END IF;
  EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'not recorded in wirekite_history: %', SQLERRM;
  END;
  PERFORM pg_notify('wirekite', TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION wirekite_record() FROM PUBLIC;
