-- name: read_commands
-- Those that hold now, and those that nobody has settled yet. `in_force`: of PAUSE, RUN, STOP and THROTTLE.
SELECT c.command_id::text AS command_id, c.action, c.scope, c.value, c.reason, c.author, c.state, c.result, c.created_at::text AS created_at,
  c.expires_at::text AS expires_at, CASE WHEN c.expires_at <= clock_timestamp() THEN 'YES' ELSE 'NO' END AS expired,
  CASE WHEN f.command_id IS NULL THEN 'NO' ELSE 'YES' END AS in_force
FROM wirekite_command c LEFT JOIN wirekite_command_in_force f ON f.command_id = c.command_id
WHERE c.state IN ('PENDING', 'SEEN') OR f.command_id IS NOT NULL
ORDER BY c.command_id

-- name: insert_command
INSERT INTO wirekite_command (action, scope, value, reason, expires_at, author)
VALUES (:action::text, :scope::text, :value::text, :reason::text, :expires_at::timestamptz, coalesce(:author::text, session_user))
RETURNING command_id::text AS command_id, state, result

-- name: find_command
SELECT state, result FROM wirekite_command WHERE command_id = :command::bigint

-- name: see_command
UPDATE wirekite_command SET state = 'SEEN', result = :result::text
WHERE command_id = :command::bigint AND state IN ('PENDING', 'SEEN')

-- name: settle_command
UPDATE wirekite_command SET state = :state::text, result = :result::text, ended_at = clock_timestamp()
WHERE command_id = :command::bigint AND state IN ('PENDING', 'SEEN')

-- name: expire_commands
-- Those that held and hold no longer. What was to be done once, and was not begun in time, is not done.
UPDATE wirekite_command SET state = 'EXPIRED', ended_at = clock_timestamp(),
  result = CASE WHEN state = 'DONE' THEN 'it ended by itself at ' ELSE 'it was not done before ' END || expires_at
WHERE expires_at <= clock_timestamp() AND (state = 'PENDING'
  OR action IN ('PAUSE', 'RUN', 'STOP', 'THROTTLE') AND state IN ('SEEN', 'DONE'))
RETURNING command_id::text AS command_id, action, scope

-- name: forget_commands
-- Acknowledgements go with them.
DELETE FROM wirekite_command c
WHERE c.ended_at < clock_timestamp() - :days::int * interval '1 day' AND c.state IN ('DONE', 'REFUSED', 'EXPIRED')
  AND NOT EXISTS (SELECT 1 FROM wirekite_command_in_force f WHERE f.command_id = c.command_id)

-- name: forget_history
-- But for what tells the source's catalog from the plan.
DELETE FROM wirekite_history
WHERE changed_at < clock_timestamp() - :days::int * interval '1 day' AND object <> 'source catalog'

-- name: known_scopes
-- Workers that have ended, too: one may do so at once when it is told to.
SELECT t.scope FROM (
  SELECT table_name AS scope FROM wirekite_table UNION SELECT 'schema:' || schema_name FROM wirekite_table
  UNION SELECT 'worker:' || worker FROM wirekite_worker UNION SELECT '*') t
ORDER BY t.scope

-- name: record_acks
INSERT INTO wirekite_ack AS k (command_id, worker, in_effect_at, at_mark, at_position, answer)
SELECT a.command_id, a.worker, CASE WHEN a.in_effect = 'YES' THEN clock_timestamp() END, a.at_mark, w.source_position, a.answer
FROM jsonb_to_recordset(:acks::jsonb) AS a(command_id bigint, worker text, in_effect text, at_mark text, answer text)
  JOIN wirekite_worker w ON w.worker = a.worker
WHERE EXISTS (SELECT 1 FROM wirekite_command c WHERE c.command_id = a.command_id)
ON CONFLICT (command_id, worker) DO UPDATE SET in_effect_at = coalesce(k.in_effect_at, EXCLUDED.in_effect_at),
  at_mark = EXCLUDED.at_mark, at_position = EXCLUDED.at_position, answer = EXCLUDED.answer

-- name: missing_acks
-- Living workers that do not obey it yet, with what they do instead.
SELECT w.worker, coalesce(k.answer, w.why, w.state) AS answer
FROM wirekite_worker w LEFT JOIN wirekite_ack k ON k.worker = w.worker AND k.command_id = :command::bigint
WHERE w.lease_until > clock_timestamp() AND k.in_effect_at IS NULL
ORDER BY w.worker

-- name: ack_of_role
SELECT k.worker, k.at_mark FROM wirekite_ack k JOIN wirekite_worker w ON w.worker = k.worker
WHERE k.command_id = :command::bigint AND w.role = :role::text AND w.lease_until > clock_timestamp() AND k.in_effect_at IS NOT NULL

-- name: scheduled_command
SELECT 1 AS there FROM wirekite_command WHERE author = :author::text AND reason = :reason::text AND expires_at = :expires_at::timestamptz
