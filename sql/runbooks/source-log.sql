-- THE SOURCE KEEPS TOO MUCH LOG FOR US

-- What is kept, up to which limit, and for how long that lasts. Without a limit it is the source's disk that fills.
SELECT log_kept_bytes, log_limit_bytes, log_bytes_per_hour, hours_left, sampled_at
FROM wirekite.wirekite_pause_budget;

-- Log is kept until it is applied to every table (or, with `chunks: { release: stored }`, only until it is in files). So
-- look who is furthest behind. A paused migration applies nothing.
SELECT action, status FROM wirekite.wirekite_status;
SELECT table_name, state, applied_seq, error
FROM wirekite.wirekite_table
WHERE applied_seq IS NOT NULL
ORDER BY applied_seq;

-- Files of changes that some table still needs, and how much of them is allowed before they wait on the source.
SELECT changes_bytes, changes_budget_bytes FROM wirekite.wirekite_pause_budget;

-- A table that was stopped holds its files, and with them the log. Mend it and try it again (failed.sql). At the budget its
-- changes are dropped by themselves: it says RELOAD_NEEDED then, and must be loaded anew.

-- An open snapshot holds more than log: dead rows, too. It is closed once its tables are read.
SELECT snapshot_age_seconds FROM wirekite.wirekite_pause_budget;

-- The stream's name on the source. Who drops it there loses what was not recorded: the next start says STREAM_GAP, and
-- the migration must begin anew (slot-lost.sql).
SELECT stream, sealed_position FROM wirekite.wirekite_following;
