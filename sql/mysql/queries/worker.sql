-- name: forget_workers
DELETE FROM wirekite_worker WHERE lease_until < UTC_TIMESTAMP(6) - INTERVAL 1 DAY

-- name: bury_workers
UPDATE wirekite_worker SET state = 'DEAD' WHERE lease_until < UTC_TIMESTAMP(6) AND state NOT IN ('STOPPED', 'DEAD')

-- name: register_workers
INSERT INTO wirekite_worker (worker, role, host, pid, source_session, target_session, version, lease_until)
SELECT u.worker, u.role, u.host, u.pid, u.source_session, u.target_session, u.version, UTC_TIMESTAMP(6) + INTERVAL :lease SECOND
FROM JSON_TABLE(:units, '$[*]' COLUMNS (worker VARCHAR(320) PATH '$.worker', role VARCHAR(32) PATH '$.role',
  host VARCHAR(320) PATH '$.host', pid BIGINT PATH '$.pid', source_session VARCHAR(320) PATH '$.source_session',
  target_session VARCHAR(320) PATH '$.target_session', version VARCHAR(320) PATH '$.version')) u

-- name: beat_workers
-- Renews the leases and answers, for every row that is still there, whether its lease had ended.
SELECT w.worker, CASE WHEN w.lease_until < UTC_TIMESTAMP(6) THEN 'YES' ELSE 'NO' END AS had_ended
FROM wirekite_worker w
WHERE w.worker IN (SELECT u.worker FROM JSON_TABLE(:units, '$[*]' COLUMNS (worker VARCHAR(320) PATH '$.worker')) u) FOR UPDATE;
UPDATE wirekite_worker w
  JOIN JSON_TABLE(:units, '$[*]' COLUMNS (worker VARCHAR(320) PATH '$.worker', state VARCHAR(16) PATH '$.state',
    why LONGTEXT PATH '$.why', at_mark LONGTEXT PATH '$.at_mark', action_read VARCHAR(16) PATH '$.action_read',
    action_read_at DATETIME(6) PATH '$.action_read_at', source_session VARCHAR(320) PATH '$.source_session',
    target_session VARCHAR(320) PATH '$.target_session', activity VARCHAR(16) PATH '$.activity',
    table_name VARCHAR(320) PATH '$.table_name', blocked_by LONGTEXT PATH '$.blocked_by',
    settings_read_at DATETIME(6) PATH '$.settings_read_at', cpu_share DOUBLE PATH '$.cpu_share',
    memory_bytes BIGINT PATH '$.memory_bytes', busy_seconds DOUBLE PATH '$.busy_seconds')) u ON u.worker = w.worker
SET w.state = u.state, w.why = u.why, w.at_mark = u.at_mark, w.action_read = u.action_read,
  w.action_read_at = u.action_read_at, w.source_session = u.source_session, w.target_session = u.target_session,
  w.activity = u.activity, w.table_name = u.table_name, w.blocked_by = u.blocked_by, w.settings_read_at = u.settings_read_at,
  w.cpu_share = u.cpu_share, w.memory_bytes = u.memory_bytes, w.busy_seconds = u.busy_seconds,
  w.heartbeat_at = UTC_TIMESTAMP(6), w.lease_until = UTC_TIMESTAMP(6) + INTERVAL :lease SECOND

-- name: read_utilisation
SELECT COUNT(*) AS workers, SUM(busy_seconds) AS busy, SUM(TIMESTAMPDIFF(MICROSECOND, started_at, heartbeat_at)) / 1e6 AS every
FROM wirekite_worker WHERE role IN ('extract', 'load') AND started_at >= :since

-- name: end_leases
SELECT worker FROM wirekite_worker WHERE host = :host AND pid = :pid AND lease_until > UTC_TIMESTAMP(6) FOR UPDATE;
UPDATE wirekite_worker SET state = 'DEAD', why = :why, lease_until = UTC_TIMESTAMP(6)
WHERE host = :host AND pid = :pid AND lease_until > UTC_TIMESTAMP(6)

-- name: leave_workers
UPDATE wirekite_worker w JOIN JSON_TABLE(:workers, '$[*]' COLUMNS (worker VARCHAR(320) PATH '$')) u ON u.worker = w.worker
SET w.state = 'STOPPED', w.why = :why, w.lease_until = UTC_TIMESTAMP(6), w.heartbeat_at = UTC_TIMESTAMP(6)

-- name: living_workers
SELECT worker, role, host, pid, state, why, at_mark, target_session, lease_until
FROM wirekite_worker WHERE lease_until > UTC_TIMESTAMP(6) ORDER BY role, worker

-- name: stopped_workers
SELECT w.worker FROM wirekite_worker w JOIN wirekite_command_in_force c ON c.scope = CONCAT('worker:', w.worker) AND c.action = 'STOP'
WHERE w.host = :host AND w.pid = :pid
