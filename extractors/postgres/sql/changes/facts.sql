-- What decides whether changes can be followed from here. A slot of ours that is there already is one of those that are needed.
SELECT current_setting('wal_level') AS wal_level,
    current_setting('server_version_num')::int AS version_num,
    current_setting('max_replication_slots')::int - (SELECT count(*) FROM pg_replication_slots)::int
        + (SELECT count(*) FROM pg_replication_slots WHERE slot_name ~ '^openkite_' AND database = current_database())::int AS slots,
    current_setting('max_wal_senders')::int - (SELECT count(*) FROM pg_stat_replication WHERE application_name !~ '^openkite:')::int AS senders,
    (SELECT rolsuper OR rolreplication FROM pg_roles WHERE rolname = current_user)
        OR EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'rds_replication' AND pg_has_role(oid, 'MEMBER')) AS replicates,
    has_database_privilege(current_database(), 'CREATE') AS creates,
    coalesce(current_setting('max_slot_wal_keep_size', true), '-1') AS keeps,
    current_setting('synchronous_standby_names') AS synchronous,
    current_user AS role,
    current_database() AS database;
