-- REMOVE OPENKITE

-- 1. The migration must be over: `cut over` or `loaded`; else this gives up what it has done so far.
SELECT status, cut_over FROM wirekite.wirekite_status;
SELECT worker, host, pid, state FROM wirekite.wirekite_worker WHERE state NOT IN ('STOPPED', 'DEAD');

-- 2. Stop whoever still lives, and wait until the second statement above shows no row.
UPDATE wirekite.wirekite_action SET action = 'STOP' WHERE action IN ('RUN', 'PAUSE', 'STOP');
COMMIT;

-- 3. What the source still keeps for us. After a cutover there is none. A slot that nobody reads fills the source's disk!
SELECT stream, sealed_position FROM wirekite.wirekite_following;
-- On a PostgreSQL source, as its superuser or the slot's owner, with the name of `stream`:
--   SELECT pg_drop_replication_slot('…');  DROP PUBLICATION …;
-- A MySQL source keeps nothing for us.

-- 4. Keep what you may be asked for later: who did what, and what did not go through.
SELECT changed_at, object, row_key, column_name, old_value, new_value, changed_by, changed_from FROM wirekite.wirekite_history ORDER BY history_id;
SELECT error_id, table_name, row_key, cause, resolution, author FROM wirekite.wirekite_error ORDER BY error_id;

-- 5. The control tables, on the target. Nothing of the migrated data is in them.
--   PostgreSQL:      DROP SCHEMA wirekite CASCADE;
--   MySQL, MariaDB:  DROP DATABASE wirekite;
-- 6. The roles, if you made them: DROP ROLE wirekite_viewer, wirekite_operator, wirekite_admin, wirekite_daemon;
-- 7. The chunk store (`chunks: { store: … }`) is a directory: delete it. It holds rows of your tables in plain text.
