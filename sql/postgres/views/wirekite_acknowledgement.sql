-- Who has heard what, since when it obeys, and from which mark: of the action row (without a command_id), of every command that is
-- open, and of those in force. Of open ones workers that live and have not answered are there, too.
CREATE OR REPLACE VIEW wirekite_acknowledgement AS
SELECT NULL::bigint AS command_id, w.action_read AS action, '*'::varchar AS scope, w.worker, w.role, w.state, w.action_read_at AS seen_at,
  o.obeys AS is_in_effect, CASE WHEN o.obeys = 'YES' THEN w.action_read_at END AS in_effect_at, w.at_mark, w.why AS answer
FROM wirekite_worker w CROSS JOIN LATERAL (SELECT CASE WHEN w.state =
  CASE w.action_read WHEN 'PAUSE' THEN 'PAUSED' WHEN 'STOP' THEN 'STOPPED' ELSE 'RUNNING' END THEN 'YES' ELSE 'NO' END AS obeys) o
WHERE w.lease_until > clock_timestamp()
UNION ALL
SELECT c.command_id, c.action, c.scope, w.worker, w.role, w.state, k.seen_at,
  CASE WHEN k.in_effect_at IS NULL THEN 'NO' ELSE 'YES' END, k.in_effect_at, coalesce(k.at_mark, w.at_mark), coalesce(k.answer, w.why)
FROM wirekite_command c CROSS JOIN wirekite_worker w
  LEFT JOIN wirekite_ack k ON k.command_id = c.command_id AND k.worker = w.worker
WHERE w.lease_until > clock_timestamp() AND c.action IN ('PAUSE', 'RUN', 'STOP', 'THROTTLE', 'ADD') AND c.state IN ('PENDING', 'SEEN')
UNION ALL
SELECT c.command_id, c.action, c.scope, w.worker, w.role, w.state, k.seen_at,
  CASE WHEN k.in_effect_at IS NULL THEN 'NO' ELSE 'YES' END, k.in_effect_at, k.at_mark, k.answer
FROM wirekite_command c JOIN wirekite_command_in_force f ON f.command_id = c.command_id
  JOIN wirekite_ack k ON k.command_id = c.command_id JOIN wirekite_worker w ON w.worker = k.worker
WHERE w.lease_until > clock_timestamp() AND c.state = 'DONE';
