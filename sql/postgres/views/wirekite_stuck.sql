-- Everything that is being done, with a verdict: working, slow, paused, dead, waiting for a lock, for a worker.
CREATE OR REPLACE VIEW wirekite_stuck AS
SELECT u.source, u.target, u.operation, u.table_name,
  CASE
    WHEN u.worker IS NULL THEN 'waiting for a worker'
    WHEN w.worker IS NULL OR w.lease_until <= clock_timestamp() THEN 'dead'
    WHEN s.blocked_by IS NOT NULL THEN 'waiting for a lock'
    WHEN w.state IN ('PAUSED', 'PAUSING') THEN 'paused'
    WHEN u.updated_at < clock_timestamp() - interval '60 seconds' THEN 'slow'
    ELSE 'working'
  END AS verdict,
  CASE
    WHEN u.worker IS NULL THEN coalesce(u.error, 'nobody has taken it yet')
    WHEN w.worker IS NULL THEN format('worker %s is unknown; another one takes over', u.worker)
    WHEN w.lease_until <= clock_timestamp() THEN format('process %s on %s has not been heard of since %s; %s', w.pid, w.host, w.heartbeat_at,
      CASE WHEN s.state IS NULL THEN 'another one takes over' ELSE format('its session %s is still open and may hold the row', w.target_session) END)
    WHEN s.blocked_by IS NOT NULL THEN 'held by ' || s.blocked_by
    WHEN w.state IN ('PAUSED', 'PAUSING') THEN coalesce(w.why, format('by %s at %s', h.changed_by, h.changed_at))
    ELSE coalesce(w.why, format('last progress at %s', u.updated_at))
  END AS reason,
  u.mark, u.start_time, u.updated_at, u.restarts, u.worker, w.host, w.pid, w.source_session, w.target_session,
  s.wait AS target_wait, s.query AS target_query
FROM (
    SELECT p.source, p.target, p.operation, p.table_name, p.mark, p.start_time, p.updated_at, p.restarts, p.worker, p.error
    FROM wirekite_progress p WHERE p.finish_time IS NULL
    UNION ALL
    SELECT t.task_id, NULL, t.kind, t.table_name, NULL, t.started_at, t.started_at, t.attempt_no - 1, t.worker, t.status_reason
    FROM wirekite_task t WHERE t.state = 'RUNNING'
  ) u
  LEFT JOIN wirekite_worker w ON w.worker = u.worker
  LEFT JOIN LATERAL session_of(CASE WHEN w.target_session ~ '^[0-9]{1,9}$' THEN w.target_session::bigint END) s ON true
  LEFT JOIN LATERAL (SELECT changed_by, changed_at FROM wirekite_history WHERE object = 'wirekite_action'
    ORDER BY history_id DESC LIMIT 1) h ON true;
