-- What a session of the server is doing. Owned by the movers' login, so that a viewer sees it too.
CREATE FUNCTION session_of(p bigint) RETURNS TABLE(state text, wait text, query text, blocked_by text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT a.state, a.wait_event_type, a.query,
    (SELECT string_agg(format('session %s of %s (%s)', b.pid, coalesce(b.usename, '?'), left(b.query, 80)), ', ')
       FROM pg_stat_activity b WHERE a.wait_event_type = 'Lock' AND b.pid = ANY (pg_blocking_pids(a.pid)))
  FROM pg_stat_activity a WHERE a.pid = p
$$;
REVOKE ALL ON FUNCTION session_of(bigint) FROM PUBLIC;

-- The workers that do not do yet, or not any more, what the word asks, having read it since `since`.
CREATE FUNCTION workers_missing(wanted text, since timestamptz) RETURNS SETOF text
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT format('%s (%s%s)', w.worker, w.state, coalesce(': ' || w.why, ''))
  FROM wirekite_worker w
  WHERE w.lease_until > clock_timestamp()
    AND NOT coalesce(w.action_read = upper(wanted) AND w.action_read_at > since
      AND w.state = CASE upper(wanted) WHEN 'PAUSE' THEN 'PAUSED' WHEN 'STOP' THEN 'STOPPED' ELSE 'RUNNING' END, false)
  UNION ALL
  SELECT format('%s (DEAD, but its session %s is still open)', w.worker, w.target_session)
  FROM wirekite_worker w JOIN pg_stat_activity a ON a.pid::text = w.target_session
  WHERE w.lease_until <= clock_timestamp() AND a.datname = current_database()
    AND a.application_name LIKE 'openkite:%' AND a.backend_start <= w.heartbeat_at
$$;
REVOKE ALL ON FUNCTION workers_missing(text, timestamptz) FROM PUBLIC;

-- True when every living worker has read the word after this call began and obeys it; false after so many seconds.
CREATE FUNCTION wait_for(wanted text, seconds numeric DEFAULT 60) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  began timestamptz := clock_timestamp();
  missing text;
BEGIN
  IF upper(wanted) NOT IN ('RUN', 'PAUSE', 'STOP') THEN
    RAISE EXCEPTION '% is not one of RUN, PAUSE, STOP', quote_nullable(wanted) USING ERRCODE = '22023';
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed'
     OR EXISTS (SELECT 1 FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'wirekite_action'::regclass
                AND mode = 'RowExclusiveLock') THEN
    RAISE EXCEPTION 'COMMIT the change first and call wait_for by itself'
      USING HINT = 'psql -c "a; b" is one transaction: use two -c';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM wirekite_worker WHERE lease_until > clock_timestamp()) THEN
    RAISE NOTICE 'no worker is alive';
  END IF;
  LOOP
    SELECT string_agg(w, ', ') INTO missing FROM workers_missing(wanted, began) AS w;
    IF missing IS NULL THEN
      RETURN true;
    END IF;
    IF clock_timestamp() > began + seconds * interval '1 second' THEN
      RAISE NOTICE 'not yet %: %', upper(wanted), missing;
      RETURN false;
    END IF;
    PERFORM pg_sleep(0.1);
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION wait_for(text, numeric) FROM PUBLIC;

CREATE FUNCTION pause() RETURNS text LANGUAGE sql SET search_path FROM CURRENT AS
  $$ UPDATE wirekite_action SET action = 'PAUSE' RETURNING action::text $$;
REVOKE ALL ON FUNCTION pause() FROM PUBLIC;

CREATE FUNCTION resume() RETURNS text LANGUAGE sql SET search_path FROM CURRENT AS
  $$ UPDATE wirekite_action SET action = 'RUN' RETURNING action::text $$;
REVOKE ALL ON FUNCTION resume() FROM PUBLIC;
