-- Everything that is being done, with a verdict: working, slow, paused, dead, waiting for a lock, for a worker. An idle
-- stream of changes is not slow, nor is its lane while no file waits; files are in the hands of whoever has the lane.
CREATE OR REPLACE VIEW wirekite_stuck AS
SELECT u.source, u.target, u.operation, u.table_name,
  CASE
    WHEN u.worker IS NULL AND e.action IS NOT NULL THEN 'paused'
    WHEN u.worker IS NULL THEN 'waiting for a worker'
    WHEN w.worker IS NULL OR w.lease_until <= clock_timestamp() THEN 'dead'
    WHEN w.blocked_by IS NOT NULL THEN 'waiting for a lock'
    WHEN w.state IN ('PAUSED', 'PAUSING') THEN 'paused'
    WHEN u.moved_at < clock_timestamp() - interval '60 seconds' THEN 'slow'
    ELSE 'working'
  END AS verdict,
  CASE
    WHEN u.worker IS NULL THEN coalesce(e.why, u.error, 'nobody has taken it yet')
    WHEN w.worker IS NULL THEN format('worker %s is unknown; another one takes over', u.worker)
    WHEN w.lease_until <= clock_timestamp() THEN format('process %s on %s has not been heard of since %s; %s', w.pid, w.host, w.heartbeat_at,
      CASE WHEN w.session_state IS NULL THEN 'another one takes over' ELSE format('its session %s is still open and may hold the row', w.target_session) END)
    WHEN w.blocked_by IS NOT NULL THEN 'held by ' || w.blocked_by
    WHEN w.state IN ('PAUSED', 'PAUSING') THEN coalesce(w.why, format('by %s at %s', h.changed_by, h.changed_at))
    ELSE coalesce(w.why, format('last progress at %s', u.updated_at))
  END AS reason,
  u.mark, u.start_time, u.updated_at, u.restarts, u.worker, w.host, w.pid, w.source_session, w.target_session,
  w.wait AS target_wait, w.query AS target_query
FROM (
    SELECT p.source, p.target, p.operation, p.table_name, p.mark, p.start_time, p.updated_at, p.restarts, p.worker, p.error,
      CASE p.target WHEN 'CE' THEN clock_timestamp() WHEN 'changes' THEN greatest(p.updated_at, f.waiting_since) ELSE p.updated_at END AS moved_at
    FROM wirekite_progress p, (SELECT coalesce(min(start_time), clock_timestamp()) AS waiting_since
      FROM wirekite_progress WHERE operation = 'C' AND target = 'C' AND finish_time IS NULL) f
    WHERE p.finish_time IS NULL AND p.target <> 'C'
    UNION ALL
    SELECT p.source, p.target, p.operation, p.table_name, p.mark, p.start_time, p.updated_at, p.restarts, l.worker, l.error,
      greatest(l.updated_at, p.start_time)
    FROM wirekite_progress p LEFT JOIN wirekite_progress l ON l.source = 'stream' AND l.target = 'changes'
    WHERE p.operation = 'C' AND p.target = 'C' AND p.finish_time IS NULL
    UNION ALL
    SELECT t.task_id, NULL, t.kind, t.table_name, NULL, t.started_at, t.started_at, t.attempt_no - 1, t.worker, t.status_reason,
      t.started_at
    FROM wirekite_task t WHERE t.state = 'RUNNING'
  ) u
  LEFT JOIN (
    SELECT k.worker, k.state, k.why, k.host, k.pid, k.source_session, k.target_session, k.heartbeat_at, k.lease_until,
      s.state AS session_state, s.wait, s.query, coalesce(s.blocked_by, k.blocked_by) AS blocked_by
    FROM wirekite_worker k
      LEFT JOIN LATERAL session_of(CASE WHEN k.target_session ~ '^[0-9]{1,9}$' THEN k.target_session::bigint END) s ON true
    OFFSET 0
  ) w ON w.worker = u.worker
  LEFT JOIN wirekite_effective_action e ON e.table_name = u.table_name AND e.action <> 'RUN'
  LEFT JOIN LATERAL (SELECT changed_by, changed_at FROM wirekite_history WHERE object = 'wirekite_action'
    ORDER BY history_id DESC LIMIT 1) h ON true;
