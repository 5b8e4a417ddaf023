-- LOAD ONE TABLE ANEW, WHILE ALL OTHERS GO ON

-- It is emptied, read under a new snapshot and brought in step with the changes; nobody else waits. Tables whose rows follow
-- its by foreign keys that the source does not log (ON DELETE CASCADE of InnoDB) are read with it: the result names them.
-- Safe at any time before a cutover. Until it is DONE the table is incomplete on the target: keep readers away.
INSERT INTO wirekite.wirekite_command (action, scope, reason) VALUES ('RELOAD', 'public.orders', 'somebody wrote into it');
COMMIT;

-- SEEN says how far it is, DONE how many rows are in, REFUSED why not.
SELECT command_id, state, result, ended_at FROM wirekite.wirekite_command WHERE action = 'RELOAD' ORDER BY command_id DESC;
SELECT table_name, state, generation, rows_loaded, rows_estimated, applied_seq, error
FROM wirekite.wirekite_table
WHERE table_name = 'public.orders';
