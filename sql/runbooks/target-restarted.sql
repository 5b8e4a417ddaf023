-- THE TARGET WAS RESTARTED, OR FAILED OVER

-- Nothing is to be done: daemons wait for it, read the action anew and go on at their marks. Rows and mark are committed
-- together, so what the target forgot in a failover is loaded again, and what it has is not.

-- 1. Does everybody live again? A heartbeat within the last seconds says so.
SELECT status, action, workers_alive FROM wirekite.wirekite_status;
SELECT role, worker, host, state, why, heartbeat_at FROM wirekite.wirekite_worker WHERE state NOT IN ('STOPPED', 'DEAD') ORDER BY role, worker;

-- 2. `no coordinator`: `openkite run` has ended. Start `openkite run --execute` again: it goes on at the marks.

-- 3. Do marks and rows agree? Every verdict but `whole` and `open` is a table to look at. After a failover to a replica that was
-- behind, a table of which rows are missing says `differs`, or the next run stops it saying so: reload-table.sql.
SELECT table_name, state, chunks_planned, chunks_loaded, rows_written, rows_loaded, verdict
FROM wirekite.wirekite_chunk_audit
ORDER BY verdict, table_name;

-- 4. What was interrupted and taken up again: a few restarts are what a restart leaves.
SELECT source, table_name, restarts, error FROM wirekite.wirekite_restarts ORDER BY restarts DESC;
