-- What holds for each table: the strictest of the action row, of what was said to all, to its schema, and to itself. An action
-- that cannot be understood is PAUSE.
CREATE OR REPLACE VIEW wirekite_effective_action AS
SELECT h.table_name, CASE h.strictest WHEN 1 THEN 'RUN' WHEN 2 THEN 'PAUSE' ELSE 'STOP' END AS action,
  CASE WHEN h.strictest = 1 THEN NULL WHEN h.row_strictness = h.strictest THEN 'wirekite_action' ELSE 'command ' || h.command_id END AS held_by,
  CASE WHEN h.strictest > 1 AND h.row_strictness < h.strictest THEN h.command_id END AS command_id,
  c.scope, c.author, c.reason, c.expires_at,
  CASE WHEN h.strictest = 1 THEN NULL WHEN h.row_strictness = h.strictest THEN 'wirekite_action says so'
    ELSE format('%s by %s (command %s%s)%s', c.action, c.author, c.command_id, coalesce(': ' || c.reason, ''),
      coalesce(' until ' || c.expires_at, '')) END AS why
FROM (
  SELECT t.table_name, a.strictness AS row_strictness,
    greatest(a.strictness, g.strictness, s.strictness, o.strictness) AS strictest,
    CASE greatest(g.strictness, s.strictness, o.strictness)
      WHEN g.strictness THEN g.command_id WHEN s.strictness THEN s.command_id ELSE o.command_id END AS command_id
  FROM wirekite_table t
    CROSS JOIN (SELECT CASE WHEN count(*) = 0 THEN 2
      ELSE max(CASE upper(btrim(action)) WHEN 'RUN' THEN 1 WHEN 'STOP' THEN 3 ELSE 2 END) END AS strictness FROM wirekite_action) a
    LEFT JOIN wirekite_command_in_force g ON g.scope = '*' AND g.strictness IS NOT NULL
    LEFT JOIN wirekite_command_in_force s ON s.scope = 'schema:' || t.schema_name AND s.strictness IS NOT NULL
    LEFT JOIN wirekite_command_in_force o ON o.scope = t.table_name AND o.strictness IS NOT NULL
) h LEFT JOIN wirekite_command c ON c.command_id = h.command_id AND h.strictest > 1 AND h.row_strictness < h.strictest;
