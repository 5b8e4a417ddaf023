-- name: forget_workers
DELETE FROM wirekite_worker WHERE lease_until < clock_timestamp() - interval '1 day'

-- name: bury_workers
UPDATE wirekite_worker SET state = 'DEAD' WHERE lease_until < clock_timestamp() AND state NOT IN ('STOPPED', 'DEAD')

-- name: register_workers
INSERT INTO wirekite_worker (worker, role, host, pid, source_session, target_session, version, lease_until)
SELECT u.worker, u.role, u.host, u.pid, u.source_session, u.target_session, u.version,
  clock_timestamp() + :lease::int * interval '1 second'
FROM jsonb_to_recordset(:units::jsonb) AS u(worker text, role text, host text, pid bigint, source_session text, target_session text, version text)

-- name: beat_workers
-- Renews the leases and answers, for every row that is still there, whether its lease had ended. Nobody waits for the disk for it: a
-- server that forgets a beat in its crash has ended our sessions as well.
WITH at_once AS (SELECT set_config('synchronous_commit', 'off', true) AS is_off)
UPDATE wirekite_worker w SET state = u.state, why = u.why, at_mark = u.at_mark, action_read = u.action_read,
  action_read_at = u.action_read_at, source_session = u.source_session, target_session = u.target_session,
  activity = u.activity, table_name = u.table_name, blocked_by = u.blocked_by, settings_read_at = u.settings_read_at,
  cpu_share = u.cpu_share, memory_bytes = u.memory_bytes, busy_seconds = u.busy_seconds,
  heartbeat_at = clock_timestamp(), lease_until = clock_timestamp() + :lease::int * interval '1 second'
FROM jsonb_to_recordset(:units::jsonb) AS u(worker text, state text, why text, at_mark text, action_read text,
    action_read_at timestamptz, source_session text, target_session text, activity text, table_name text, blocked_by text,
    settings_read_at timestamptz, cpu_share double precision, memory_bytes bigint, busy_seconds double precision)
  JOIN wirekite_worker was ON was.worker = u.worker CROSS JOIN at_once a
WHERE w.worker = u.worker AND a.is_off = 'off'
RETURNING w.worker, CASE WHEN was.lease_until < clock_timestamp() THEN 'YES' ELSE 'NO' END AS had_ended

-- name: read_utilisation
SELECT count(*)::text AS workers, sum(busy_seconds)::text AS busy, sum(extract(epoch FROM heartbeat_at - started_at))::text AS every
FROM wirekite_worker WHERE role IN ('extract', 'load') AND started_at >= :since::timestamptz

-- name: end_leases
UPDATE wirekite_worker SET state = 'DEAD', why = :why::text, lease_until = clock_timestamp()
WHERE host = :host::text AND pid = :pid::bigint AND lease_until > clock_timestamp()
RETURNING worker

-- name: leave_workers
UPDATE wirekite_worker SET state = 'STOPPED', why = :why::text, lease_until = clock_timestamp(), heartbeat_at = clock_timestamp()
WHERE worker IN (SELECT jsonb_array_elements_text(:workers::jsonb))

-- name: living_workers
SELECT worker, role, host, pid::text AS pid, state, why, at_mark, target_session, lease_until::text AS lease_until
FROM wirekite_worker WHERE lease_until > clock_timestamp() ORDER BY role, worker

-- name: stopped_workers
SELECT w.worker FROM wirekite_worker w JOIN wirekite_command_in_force c ON c.scope = 'worker:' || w.worker AND c.action = 'STOP'
WHERE w.host = :host::text AND w.pid = :pid::bigint
