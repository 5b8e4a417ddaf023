-- THE SOURCE HAS LOST OUR SLOT, OR PURGED THE LOG

-- What was not recorded before is gone: nobody can follow from there any more, and openkite does not guess. The stream says so,
-- with a position, and stops; tables keep what they have, which is consistent up to lane_seq.
SELECT source, target, mark, error FROM wirekite.wirekite_progress WHERE target IN ('CE', 'changes');
SELECT stream, sealed_position, sealed_seq, lane_seq, tables_in_step, tables_behind FROM wirekite.wirekite_following;

-- How did it come to that? hours_left was 0, or somebody dropped it on the source.
SELECT sampled_at, log_kept_bytes, log_limit_bytes, hours_left FROM wirekite.wirekite_pause_budget;
SELECT sampled_at, kept_bytes, limit_bytes FROM wirekite.wirekite_sample ORDER BY sampled_at DESC;

-- Files that are recorded are still applied, so let the lane come to their end first (sealed_seq = lane_seq).

-- Then the tables must be read anew: all of them, for changes are missing from all. reset.sql empties what is there, and the
-- next run makes a new slot BEFORE it takes a new snapshot, so that nothing falls between. Before you do so, raise the limit on
-- the source (max_slot_wal_keep_size; binlog_expire_logs_seconds), or it will happen again: source-log.sql.
SELECT table_name, rows_loaded, bytes_loaded FROM wirekite.wirekite_table ORDER BY bytes_loaded DESC;
