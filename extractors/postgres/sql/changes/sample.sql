-- Where the log ends, and what keeping it for a slot costs. Everything that was committed before this ends before it.
WITH log AS (
    SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END AS lsn
)
SELECT log.lsn::text AS position,
    coalesce(pg_wal_lsn_diff(log.lsn, s.restart_lsn), 0)::text AS kept,
    (SELECT setting::bigint * 1024 * 1024 FROM pg_settings WHERE name = 'max_slot_wal_keep_size' AND setting <> '-1')::text AS most
FROM log
LEFT JOIN pg_replication_slots s ON s.slot_name = :stream::text;
