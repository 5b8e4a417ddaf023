-- name: read_commands
-- Those that hold now, and those that nobody has settled yet. `in_force`: of PAUSE, RUN, STOP and THROTTLE.
SELECT c.command_id, c.action, c.scope, c.value, c.reason, c.author, c.state, c.result, c.created_at, c.expires_at,
  CASE WHEN c.expires_at <= UTC_TIMESTAMP(6) THEN 'YES' ELSE 'NO' END AS expired,
  CASE WHEN f.command_id IS NULL THEN 'NO' ELSE 'YES' END AS in_force
FROM wirekite_command c LEFT JOIN wirekite_command_in_force f ON f.command_id = c.command_id
WHERE c.state IN ('PENDING', 'SEEN') OR f.command_id IS NOT NULL
ORDER BY c.command_id

-- name: insert_command
INSERT INTO wirekite_command (action, scope, value, reason, expires_at, author)
VALUES (:action, :scope, :value, :reason, :expires_at, COALESCE(:author, USER()));
SELECT command_id, state, result FROM wirekite_command WHERE command_id = LAST_INSERT_ID()

-- name: find_command
SELECT state, result FROM wirekite_command WHERE command_id = :command

-- name: see_command
UPDATE wirekite_command SET state = 'SEEN', result = :result WHERE command_id = :command AND state IN ('PENDING', 'SEEN')

-- name: settle_command
UPDATE wirekite_command SET state = :state, result = :result, ended_at = UTC_TIMESTAMP(6)
WHERE command_id = :command AND state IN ('PENDING', 'SEEN')

-- name: expire_commands
-- Those that held and hold no longer. What was to be done once, and was not begun in time, is not done.
SELECT command_id, action, scope FROM wirekite_command
WHERE expires_at <= UTC_TIMESTAMP(6) AND (state = 'PENDING'
  OR action IN ('PAUSE', 'RUN', 'STOP', 'THROTTLE') AND state IN ('SEEN', 'DONE'));
UPDATE wirekite_command SET ended_at = UTC_TIMESTAMP(6),
  result = CONCAT(CASE WHEN state = 'DONE' THEN 'it ended by itself at ' ELSE 'it was not done before ' END, expires_at), state = 'EXPIRED'
WHERE expires_at <= UTC_TIMESTAMP(6) AND (state = 'PENDING'
  OR action IN ('PAUSE', 'RUN', 'STOP', 'THROTTLE') AND state IN ('SEEN', 'DONE'))

-- name: forget_commands
-- Acknowledgements go with them.
SET @held = (SELECT JSON_ARRAYAGG(command_id) FROM wirekite_command_in_force);
DELETE FROM wirekite_command
WHERE ended_at < UTC_TIMESTAMP(6) - INTERVAL :days DAY AND state IN ('DONE', 'REFUSED', 'EXPIRED')
  AND NOT JSON_CONTAINS(COALESCE(@held, '[]'), CAST(command_id AS CHAR))

-- name: forget_history
-- But for what tells the source's catalog from the plan.
DELETE FROM wirekite_history WHERE changed_at < UTC_TIMESTAMP(6) - INTERVAL :days DAY AND object <> 'source catalog'

-- name: known_scopes
-- Workers that have ended, too: one may do so at once when it is told to.
SELECT t.scope FROM (
  SELECT table_name AS scope FROM wirekite_table UNION SELECT CONCAT('schema:', schema_name) FROM wirekite_table
  UNION SELECT CONCAT('worker:', worker) FROM wirekite_worker UNION SELECT '*') t
ORDER BY t.scope

-- name: record_acks
INSERT INTO wirekite_ack (command_id, worker, in_effect_at, at_mark, at_position, answer)
SELECT a.command_id, a.worker, CASE WHEN a.in_effect = 'YES' THEN UTC_TIMESTAMP(6) END, a.at_mark, w.source_position, a.answer
FROM JSON_TABLE(:acks, '$[*]' COLUMNS (command_id BIGINT PATH '$.command_id', worker VARCHAR(320) PATH '$.worker',
    in_effect VARCHAR(3) PATH '$.in_effect', at_mark LONGTEXT PATH '$.at_mark', answer LONGTEXT PATH '$.answer')) a
  JOIN wirekite_worker w ON w.worker = a.worker
WHERE EXISTS (SELECT 1 FROM wirekite_command c WHERE c.command_id = a.command_id)
ON DUPLICATE KEY UPDATE in_effect_at = COALESCE(wirekite_ack.in_effect_at, VALUES(in_effect_at)), at_mark = VALUES(at_mark),
  at_position = VALUES(at_position), answer = VALUES(answer)

-- name: missing_acks
-- Living workers that do not obey it yet, with what they do instead.
SELECT w.worker, COALESCE(k.answer, w.why, w.state) AS answer
FROM wirekite_worker w LEFT JOIN wirekite_ack k ON k.worker = w.worker AND k.command_id = :command
WHERE w.lease_until > UTC_TIMESTAMP(6) AND k.in_effect_at IS NULL
ORDER BY w.worker

-- name: ack_of_role
SELECT k.worker, k.at_mark FROM wirekite_ack k JOIN wirekite_worker w ON w.worker = k.worker
WHERE k.command_id = :command AND w.role = :role AND w.lease_until > UTC_TIMESTAMP(6) AND k.in_effect_at IS NOT NULL

-- name: scheduled_command
SELECT 1 AS there FROM wirekite_command WHERE author = :author AND reason = :reason AND expires_at = :expires_at
