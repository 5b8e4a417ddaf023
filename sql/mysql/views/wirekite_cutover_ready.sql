-- What must be so before a CUTOVER begins, one row each: `ready` is YES on all of them when nothing stands against it.
CREATE OR REPLACE VIEW wirekite_cutover_ready AS
SELECT CASE WHEN SUM(i.is_met = 'NO') OVER () = 0 THEN 'YES' ELSE 'NO' END AS ready, i.item, i.is_met, i.found, i.what_to_do
FROM (
  SELECT 1 AS place, 'changes are followed' AS item, CASE WHEN f.streams > 0 THEN 'YES' ELSE 'NO' END AS is_met,
    CASE WHEN f.streams > 0 THEN 'yes' ELSE COALESCE(CONCAT('cut over: ', s.cut_over), 'no stream is followed') END AS found,
    'changes: true in openkite.yaml; openkite run --execute' AS what_to_do
  FROM (SELECT COUNT(*) AS streams FROM wirekite_following) f, (SELECT MAX(file_value) AS cut_over FROM wirekite_setting WHERE name = 'cut_over') s
  UNION ALL
  SELECT 2, 'somebody obeys', CASE WHEN k.status IN ('running', 'catching up', 'following') THEN 'YES' ELSE 'NO' END, CONCAT('status is ', k.status),
    'UPDATE wirekite_action SET action = ''RUN''; openkite run --execute' FROM wirekite_status k
  UNION ALL
  SELECT 3, 'all tables are in step', CASE WHEN t.behind = 0 THEN 'YES' ELSE 'NO' END,
    CASE WHEN t.behind = 0 THEN CONCAT(t.found, ' tables') ELSE CONCAT(t.behind, ' of ', t.found, ' tables are not: ', t.names) END,
    'SELECT * FROM wirekite_table WHERE applied_seq IS NOT NULL'
  FROM (SELECT COUNT(*) AS found, COALESCE(SUM(w.is_behind), 0) AS behind,
      LEFT(GROUP_CONCAT(CASE WHEN w.is_behind THEN CONCAT(w.table_name, ' ', w.state) END ORDER BY w.table_name SEPARATOR ', '), 200) AS names
    FROM (SELECT table_name, state, applied_seq IS NOT NULL OR state NOT IN ('LOADED', 'DONE') AS is_behind
      FROM wirekite_table WHERE state <> 'SKIPPED') w) t
  UNION ALL
  SELECT 4, 'keys and indexes are made', CASE WHEN q.open_tasks = 0 THEN 'YES' ELSE 'NO' END,
    CASE WHEN q.open_tasks = 0 THEN 'all' ELSE CONCAT(q.open_tasks, ' steps are open: ', q.names) END,
    'SELECT * FROM wirekite_task WHERE state NOT IN (''DONE'', ''SKIPPED'')'
  FROM (SELECT COUNT(*) AS open_tasks, LEFT(GROUP_CONCAT(CONCAT(t.task_id, ' ', t.state) ORDER BY t.task_id SEPARATOR ', '), 200) AS names
    FROM wirekite_task_dependency d JOIN wirekite_task t ON t.task_id = d.depends_on
    WHERE d.task_id = 'cutover' AND t.state NOT IN ('DONE', 'SKIPPED')) q
  UNION ALL
  SELECT 5, 'no error is open', CASE WHEN e.open_errors = 0 THEN 'YES' ELSE 'NO' END, CONCAT(e.open_errors, ' rows of wirekite_error are open'),
    'mend them and UPDATE wirekite_error SET resolution = ''SKIP''' FROM (SELECT COUNT(*) AS open_errors FROM wirekite_error WHERE resolution IS NULL) e
  UNION ALL
  SELECT 6, 'the lag is small', CASE WHEN l.lag_seconds <= s.most AND l.sampled_at > UTC_TIMESTAMP(6) - INTERVAL 10 SECOND THEN 'YES' ELSE 'NO' END,
    COALESCE(CONCAT(l.lag_seconds, ' s behind, looked at ', TIMESTAMPDIFF(SECOND, l.sampled_at, UTC_TIMESTAMP(6)), ' s ago'), 'unknown'),
    CONCAT('wait until lag_seconds is at most ', s.most, ' (setting cutover_lag_seconds); SELECT * FROM wirekite_lag')
  FROM wirekite_lag l, (SELECT CAST(COALESCE(value, file_value, default_value) AS DECIMAL(12, 1)) AS most FROM wirekite_setting WHERE name = 'cutover_lag_seconds') s
  UNION ALL
  SELECT 7, 'nothing is held', CASE WHEN h.held = 0 THEN 'YES' ELSE 'NO' END, CONCAT(h.held, ' scopes are at PAUSE or STOP by command'),
    'INSERT INTO wirekite_command (action, scope) VALUES (''RUN'', …)'
  FROM (SELECT COUNT(*) AS held FROM wirekite_command_in_force WHERE strictness > 1 AND scope NOT LIKE 'worker:%') h
  UNION ALL
  SELECT 8, 'tables that were left out', 'YES',
    COALESCE(CONCAT(GROUP_CONCAT(table_name SEPARATOR ', '), ': ', SUM(changes_skipped), ' changes of them were not applied'), 'none'),
    'RELOAD brings one back' FROM wirekite_table WHERE state = 'SKIPPED'
) i
ORDER BY i.place;
