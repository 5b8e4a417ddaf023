-- Wishes that hold now: per scope the latest of PAUSE, RUN and STOP, and the latest THROTTLE, if it was not refused and has not
-- expired. Expiry is a condition, not an event: nobody has to lift anything.
CREATE OR REPLACE VIEW wirekite_command_in_force AS
SELECT c.command_id, c.action, c.scope, c.value, c.reason, c.expires_at, c.author, c.created_at,
  CASE c.action WHEN 'RUN' THEN 1 WHEN 'PAUSE' THEN 2 WHEN 'STOP' THEN 3 END AS strictness
FROM wirekite_command c
WHERE c.action IN ('PAUSE', 'RUN', 'STOP', 'THROTTLE') AND c.state <> 'REFUSED'
  AND (c.expires_at IS NULL OR c.expires_at > UTC_TIMESTAMP(6))
  AND NOT EXISTS (SELECT 1 FROM wirekite_command l
    WHERE l.scope = c.scope AND l.command_id > c.command_id AND (l.action = 'THROTTLE') = (c.action = 'THROTTLE')
      AND l.action IN ('PAUSE', 'RUN', 'STOP', 'THROTTLE') AND l.state <> 'REFUSED'
      AND (l.expires_at IS NULL OR l.expires_at > UTC_TIMESTAMP(6)));
