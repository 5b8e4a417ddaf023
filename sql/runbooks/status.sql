-- HOW FAR IS IT?

-- One row. progress_percent is of rows; status says running, paused, stopped, failed, loaded or no coordinator; where
-- changes are followed, in the end catching up or following (then see lag.sql).
SELECT status, action, progress_percent, records_processed, records_total, records_per_hour, eta_completion,
  open_tables, failed_tables, open_tasks, failed_tasks
FROM wirekite.wirekite_status;

-- Table by table, what is not finished first.
SELECT table_name, state, rows_loaded, rows_extracted, rows_estimated, error
FROM wirekite.wirekite_table
ORDER BY CASE WHEN state = 'DONE' THEN 1 ELSE 0 END, bytes_estimated DESC;

-- Who works, and since when nobody has heard of somebody. at_mark is the last thing that is certainly in.
SELECT worker, role, host, pid, state, why, at_mark, heartbeat_at
FROM wirekite.wirekite_worker
ORDER BY role, worker;

-- The files, as in the manual. Of changes, those that were finished long ago stand in one row per thousand.
SELECT source, operation, mark, start_time, finish_time, restarts
FROM wirekite.wirekite_progress
WHERE operation IN ('D', 'CE', 'C')
ORDER BY start_time DESC;
