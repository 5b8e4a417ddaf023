-- What must be so before a CUTOVER begins, one row each: `ready` is YES on all of them when nothing stands against it.
CREATE OR REPLACE VIEW wirekite_cutover_ready AS
SELECT CASE WHEN count(*) FILTER (WHERE i.is_met = 'NO') OVER () = 0 THEN 'YES' ELSE 'NO' END AS ready, i.item, i.is_met, i.found, i.what_to_do
FROM (
  SELECT 1 AS place, 'changes are followed' AS item, CASE WHEN f.streams > 0 THEN 'YES' ELSE 'NO' END AS is_met,
    CASE WHEN f.streams > 0 THEN 'yes' ELSE coalesce('cut over: ' || s.cut_over, 'no stream is followed') END AS found,
    'changes: true in openkite.yaml; openkite run --execute' AS what_to_do
  FROM (SELECT count(*) AS streams FROM wirekite_following) f, (SELECT max(value) AS cut_over FROM wirekite_setting WHERE name = 'cut_over') s
  UNION ALL
  SELECT 2, 'somebody obeys', CASE WHEN k.status IN ('running', 'catching up', 'following') THEN 'YES' ELSE 'NO' END, 'status is ' || k.status,
    'UPDATE wirekite_action SET action = ''RUN''; openkite run --execute' FROM wirekite_status k
  UNION ALL
  SELECT 3, 'all tables are in step', CASE WHEN t.behind = 0 THEN 'YES' ELSE 'NO' END,
    CASE WHEN t.behind = 0 THEN t.tables || ' tables' ELSE format('%s of %s tables are not: %s', t.behind, t.tables, t.names) END,
    'SELECT * FROM wirekite_table WHERE applied_seq IS NOT NULL'
  FROM (SELECT count(*) AS tables, count(*) FILTER (WHERE w.is_behind) AS behind,
      left(string_agg(w.table_name || ' ' || w.state, ', ' ORDER BY w.table_name) FILTER (WHERE w.is_behind), 200) AS names
    FROM (SELECT table_name, state, applied_seq IS NOT NULL OR state NOT IN ('LOADED', 'DONE') AS is_behind
      FROM wirekite_table WHERE state <> 'SKIPPED') w) t
  UNION ALL
  SELECT 4, 'keys and indexes are made', CASE WHEN q.open_tasks = 0 THEN 'YES' ELSE 'NO' END,
    CASE WHEN q.open_tasks = 0 THEN 'all' ELSE format('%s steps are open: %s', q.open_tasks, q.names) END,
    'SELECT * FROM wirekite_task WHERE state NOT IN (''DONE'', ''SKIPPED'')'
  FROM (SELECT count(*) AS open_tasks, left(string_agg(t.task_id || ' ' || t.state, ', ' ORDER BY t.task_id), 200) AS names
    FROM wirekite_task_dependency d JOIN wirekite_task t ON t.task_id = d.depends_on
    WHERE d.task_id = 'cutover' AND t.state NOT IN ('DONE', 'SKIPPED')) q
  UNION ALL
  SELECT 5, 'no error is open', CASE WHEN e.open_errors = 0 THEN 'YES' ELSE 'NO' END, e.open_errors || ' rows of wirekite_error are open',
    'mend them and UPDATE wirekite_error SET resolution = ''SKIP''' FROM (SELECT count(*) AS open_errors FROM wirekite_error WHERE resolution IS NULL) e
  UNION ALL
  SELECT 6, 'the lag is small', CASE WHEN l.lag_seconds <= s.most AND l.sampled_at > clock_timestamp() - interval '10 seconds' THEN 'YES' ELSE 'NO' END,
    coalesce(format('%s s behind, looked at %s s ago', l.lag_seconds, round(extract(epoch FROM clock_timestamp() - l.sampled_at))), 'unknown'),
    format('wait until lag_seconds is at most %s (setting cutover_lag_seconds); SELECT * FROM wirekite_lag', s.most)
  FROM wirekite_lag l, (SELECT value::numeric AS most FROM wirekite_setting WHERE name = 'cutover_lag_seconds') s
  UNION ALL
  SELECT 7, 'nothing is held', CASE WHEN h.held = 0 THEN 'YES' ELSE 'NO' END, h.held || ' scopes are at PAUSE or STOP by command',
    'INSERT INTO wirekite_command (action, scope) VALUES (''RUN'', …)'
  FROM (SELECT count(*) AS held FROM wirekite_command_in_force WHERE strictness > 1 AND scope NOT LIKE 'worker:%') h
  UNION ALL
  SELECT 8, 'tables that were left out', 'YES', CASE WHEN count(*) = 0 THEN 'none' ELSE format('%s: %s changes of them were not applied', string_agg(table_name, ', '), sum(changes_skipped)) END,
    'RELOAD brings one back' FROM wirekite_table WHERE state = 'SKIPPED'
) i
ORDER BY i.place;
