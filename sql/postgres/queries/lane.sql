-- name: lane_mark
SELECT mark FROM wirekite_progress WHERE source = 'stream' AND target = 'changes'

-- name: hold_lane
-- Waits for whoever applies changes now. By a statement of its own: the next one then sees what that one did.
SELECT mark FROM wirekite_progress WHERE source = 'stream' AND target = 'changes' FOR UPDATE

-- name: behind_names
-- With those that are recorded already and have not joined yet: what comes before their snapshot is in it.
SELECT table_name, CASE WHEN state = 'SKIPPED' THEN 'YES' ELSE 'NO' END AS skipped
FROM wirekite_table WHERE applied_seq IS NOT NULL OR state = 'SKIPPED'
UNION ALL
SELECT a.table_name, 'NO' FROM wirekite_setting s CROSS JOIN LATERAL jsonb_array_elements_text(s.value::jsonb) AS a(table_name)
WHERE s.name = 'added_tables' AND NOT EXISTS (SELECT 1 FROM wirekite_table t WHERE t.table_name = a.table_name)

-- name: lane_limit
-- While a cutover is under way: the last transaction that belongs to the source.
SELECT value FROM wirekite_setting WHERE name = 'lane_limit' AND value <> ''

-- name: pass_files
-- `last_seq` is the last transaction that has a line in the file, also where that ends in a later one.
UPDATE wirekite_progress SET mark = least(:to::bigint, last_seq)::text, updated_at = clock_timestamp(),
  finish_time = CASE WHEN last_seq <= :to::bigint THEN clock_timestamp() END
WHERE target = 'C' AND finish_time IS NULL AND last_seq > :from::bigint AND first_seq <= :to::bigint
