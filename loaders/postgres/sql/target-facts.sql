-- What decides whether this server can take a load.
SELECT current_setting('server_version') AS version,
       current_setting('server_version_num')::int AS version_num,
       current_setting('server_encoding') AS encoding,
       pg_is_in_recovery() AS standby,
       current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on' AS safe,
       has_database_privilege(current_database(), 'CREATE') AS may_create,
       has_database_privilege(current_database(), 'TEMPORARY') AS may_stage,
       current_setting('max_connections')::int - (SELECT count(*) FROM pg_stat_activity)::int AS free_connections,
       current_user AS role,
       current_database() AS database;
