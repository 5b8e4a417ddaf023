-- Everything that is being done, with a verdict: working, slow, paused, dead, waiting for a lock, for a worker. An idle
-- stream of changes is not slow, nor is its lane while no file waits; files are in the hands of whoever has the lane. Whose
-- row lock a session waits for is told by the loader itself, where its login has PROCESS; else it is slow.
CREATE OR REPLACE VIEW wirekite_stuck AS
SELECT u.source, u.target, u.operation, u.table_name,
  CASE
    WHEN u.worker IS NULL AND e.action IS NOT NULL THEN 'paused'
    WHEN u.worker IS NULL THEN 'waiting for a worker'
    WHEN w.worker IS NULL OR w.lease_until <= UTC_TIMESTAMP(6) THEN 'dead'
    WHEN w.blocked_by IS NOT NULL OR w.wait LIKE 'Waiting for %lock' THEN 'waiting for a lock'
    WHEN w.state IN ('PAUSED', 'PAUSING') THEN 'paused'
    WHEN u.moved_at < UTC_TIMESTAMP(6) - INTERVAL 60 SECOND THEN 'slow'
    ELSE 'working'
  END AS verdict,
  CASE
    WHEN u.worker IS NULL THEN COALESCE(e.why, u.error, 'nobody has taken it yet')
    WHEN w.worker IS NULL THEN CONCAT('worker ', u.worker, ' is unknown; another one takes over')
    WHEN w.lease_until <= UTC_TIMESTAMP(6) THEN CONCAT('process ', w.pid, ' on ', w.host, ' has not been heard of since ', w.heartbeat_at, '; ',
      CASE WHEN w.session IS NULL THEN 'another one takes over'
        ELSE CONCAT('its session ', w.target_session, ' is still open and may hold the row') END)
    WHEN w.blocked_by IS NOT NULL THEN CONCAT('held by ', w.blocked_by)
    WHEN w.wait LIKE 'Waiting for %lock' THEN CONCAT('session ', w.target_session, ': ', w.wait)
    WHEN w.state IN ('PAUSED', 'PAUSING') THEN COALESCE(w.why, CONCAT('by ', h.changed_by, ' at ', h.changed_at))
    ELSE COALESCE(w.why, CONCAT('last progress at ', u.updated_at))
  END AS reason,
  u.mark, u.start_time, u.updated_at, u.restarts, u.worker, w.host, w.pid, w.source_session, w.target_session,
  w.wait AS target_wait, w.query AS target_query
FROM (
    SELECT p.source, p.target, p.operation, p.table_name, p.mark, p.start_time, p.updated_at, p.restarts, p.worker, p.error,
      CASE p.target WHEN 'CE' THEN UTC_TIMESTAMP(6) WHEN 'changes' THEN GREATEST(p.updated_at, f.waiting_since) ELSE p.updated_at END AS moved_at
    FROM wirekite_progress p, (SELECT COALESCE(MIN(start_time), UTC_TIMESTAMP(6)) AS waiting_since
      FROM wirekite_progress WHERE operation = 'C' AND target = 'C' AND finish_time IS NULL) f
    WHERE p.operation IN ('DE', 'D', 'CE', 'C') AND p.finish_time IS NULL AND p.target <> 'C'
    UNION ALL
    SELECT p.source, p.target, p.operation, p.table_name, p.mark, p.start_time, p.updated_at, p.restarts, l.worker, l.error,
      GREATEST(COALESCE(l.updated_at, p.start_time), p.start_time)
    FROM wirekite_progress p LEFT JOIN wirekite_progress l ON l.source = 'stream' AND l.target = 'changes'
    WHERE p.operation = 'C' AND p.target = 'C' AND p.finish_time IS NULL
    UNION ALL
    SELECT t.task_id, NULL, t.kind, t.table_name, NULL, t.started_at, t.started_at, t.attempt_no - 1, t.worker, t.status_reason,
      t.started_at
    FROM wirekite_task t WHERE t.state = 'RUNNING'
  ) u
  LEFT JOIN (
    SELECT k.worker, k.state, k.why, k.host, k.pid, k.source_session, k.target_session, k.heartbeat_at, k.lease_until,
      k.blocked_by, s.ID AS session, s.STATE AS wait, s.INFO AS query
    FROM wirekite_worker k LEFT JOIN information_schema.PROCESSLIST s ON s.ID = k.target_session
  ) w ON w.worker = u.worker
  LEFT JOIN wirekite_effective_action e ON e.table_name = u.table_name AND e.action <> 'RUN'
  LEFT JOIN (SELECT changed_by, changed_at FROM wirekite_history WHERE object = 'wirekite_action'
    ORDER BY history_id DESC LIMIT 1) h ON TRUE;
