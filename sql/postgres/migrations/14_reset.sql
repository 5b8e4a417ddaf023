-- What stands against a reset, a sentence each.
CREATE FUNCTION reset_refusals() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT 'the migration was cut over, the target is not ours any more: ' || value FROM wirekite_setting WHERE name = 'cut_over'
  UNION ALL
  SELECT format('wirekite_action says %s: UPDATE wirekite_action SET action = ''STOP'' first', string_agg(action, ', '))
  FROM wirekite_action HAVING string_agg(action, ', ') IS DISTINCT FROM 'STOP'
  UNION ALL
  SELECT format('worker %s (process %s on %s) is alive, its lease ends %s', worker, pid, host, lease_until)
  FROM wirekite_worker WHERE lease_until > clock_timestamp()
$$;
REVOKE ALL ON FUNCTION reset_refusals() FROM PUBLIC;

-- Shows what would be emptied and what stands against it; `reset(false)` empties it, in one transaction. The next run then
-- forgets the rest, for all of it follows from wirekite_progress. Names are looked up in the catalog, never pasted.
CREATE FUNCTION reset(dry_run boolean DEFAULT true)
RETURNS TABLE(table_of_source varchar, target_name text, rows_loaded bigint, rows_found bigint, verdict text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  against text[] := ARRAY(SELECT reset_refusals());
  named text[] := '{}';
  t record;
BEGIN
  IF NOT dry_run THEN
    LOCK TABLE wirekite_worker, wirekite_progress IN SHARE ROW EXCLUSIVE MODE; -- nobody begins while we look and empty
    against := ARRAY(SELECT reset_refusals());
  END IF;
  FOR t IN
    SELECT w.table_name, w.target_name AS name, to_regclass(w.target_name) AS there, coalesce(p.marks, 0) AS loaded,
      w.start_seq IS NOT NULL AND NOT coalesce(w.applied_seq < w.start_seq, false) AS is_changed
    FROM wirekite_table w LEFT JOIN (
      SELECT table_name, sum(CASE WHEN mark ~ '^[0-9]{1,16}$' THEN mark::bigint ELSE 0 END)::bigint AS marks
      FROM wirekite_progress WHERE operation = 'D' GROUP BY table_name) p ON p.table_name = w.table_name
    ORDER BY w.table_name
  LOOP
    table_of_source := t.table_name;
    target_name := t.name;
    rows_loaded := t.loaded;
    rows_found := NULL;
    verdict := 'no such table';
    IF t.there IS NOT NULL THEN
      EXECUTE format('SELECT count(*) FROM %s', t.there) INTO rows_found;
      named := named || t.there::text;
      verdict := CASE WHEN rows_found = 0 THEN 'is empty' WHEN t.is_changed OR rows_found = t.loaded THEN 'would be emptied' ELSE 'refused' END;
      IF verdict = 'refused' THEN
        against := against || format('%s has %s rows, and wirekite_progress says that %s were loaded', t.name, rows_found, t.loaded);
      ELSIF verdict = 'would be emptied' AND NOT dry_run THEN
        verdict := 'emptied';
      END IF;
    END IF;
    RETURN NEXT;
  END LOOP;
  IF dry_run THEN
    RETURN QUERY SELECT NULL::varchar, NULL::text, NULL::bigint, NULL::bigint, 'refused now: ' || why FROM unnest(against) AS why;
    RETURN;
  END IF;
  IF cardinality(against) > 0 THEN
    RAISE EXCEPTION 'reset refused: %', array_to_string(against, '; ') USING ERRCODE = '55000', HINT = 'nothing was emptied';
  END IF;
  IF cardinality(named) > 0 THEN
    EXECUTE 'TRUNCATE ' || array_to_string(named, ', ');
  END IF;
  TRUNCATE wirekite_progress;
  UPDATE wirekite_table SET rows_extracted = 0, rows_loaded = 0, bytes_loaded = 0, chunks_written = 0, chunks_loaded = 0,
    updated_at = clock_timestamp();
  INSERT INTO wirekite_history (object, column_name, new_value) VALUES ('wirekite_progress', 'reset', 'everything was emptied by reset(false)');
END $$;
REVOKE ALL ON FUNCTION reset(boolean) FROM PUBLIC;
