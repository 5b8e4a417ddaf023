-- ADD A TABLE THAT IS NOT MOVED YET

-- Made on the target, read, and brought in step, while all others go on. Write schema.table as on the source; include it in
-- the configuration later or not: it stays in the migration. On PostgreSQL it needs a key, or REPLICA IDENTITY FULL.
INSERT INTO wirekite.wirekite_command (action, scope) VALUES ('ADD', 'public.new_table');
COMMIT;

-- REFUSED says why: no such table, it is moved already, it has no key, a table of that name stands on the target.
SELECT command_id, state, result, ended_at FROM wirekite.wirekite_command WHERE action = 'ADD' ORDER BY command_id DESC;
SELECT table_name, state, rows_loaded, rows_estimated, applied_seq, error
FROM wirekite.wirekite_table
WHERE table_name = 'public.new_table';

-- The other way: leave a table out. What is there stays; its changes are counted and not applied; RELOAD brings it back.
--   INSERT INTO wirekite.wirekite_command (action, scope, reason) VALUES ('SKIP', 'public.new_table', 'not wanted');
--   COMMIT;
