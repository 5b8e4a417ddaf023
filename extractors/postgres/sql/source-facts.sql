-- What decides whether a load can be read from here.
SELECT current_setting('server_version') AS version,
       current_setting('server_version_num')::int AS version_num,
       current_setting('server_encoding') AS encoding,
       pg_is_in_recovery() AS standby,
       current_setting('max_locks_per_transaction')::int * (current_setting('max_connections')::int
         + current_setting('max_prepared_transactions')::int) AS locks,
       current_setting('max_connections')::int - (SELECT count(*) FROM pg_stat_activity)::int AS free_connections,
       coalesce(current_setting('old_snapshot_threshold', true), '-1') AS old_snapshot_threshold,
       current_user AS role;
