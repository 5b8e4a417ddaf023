-- IT IS SLOW

-- What binds? `binds` is YES for what the running units spent most of the last minute on; `advice` says what would help.
-- Waiting for each other is no reason: in a pipe, the part that binds never waits.
SELECT what, share, binds, evidence, advice FROM wirekite.wirekite_bottleneck ORDER BY share DESC;

-- Is it slow at all, or is somebody holding it? held_by names a PAUSE or THROTTLE and who said it.
SELECT what, table_name, rows_left, bytes_per_second, eta_seconds_low, eta_seconds, eta_seconds_high, verdict, held_by
FROM wirekite.wirekite_eta
ORDER BY eta_seconds DESC;

-- Would more workers help, and of which kind? workers_wanted is never more than there is work, nor than the setting allows.
SELECT role, workers_now, workers_wanted, why FROM wirekite.wirekite_scaling;

-- How many sessions, and how large batches, are allowed: default, bounds and meaning of each.
SELECT name, value, default_value, min_value, max_value, unit, meaning, set_by, applied_at
FROM wirekite.wirekite_setting
WHERE name IN ('extract_connections', 'load_connections', 'slice_bytes', 'batch_bytes', 'window_bytes', 'throttle_rows', 'throttle_bytes')
ORDER BY name;

-- More loaders, from the next batch on. It is safe at any time, and the database refuses what is out of bounds. applied_at
-- says when every worker went by it. Wait for two or three chunks before you judge.
UPDATE wirekite.wirekite_setting SET value = '6' WHERE name = 'load_connections';
COMMIT;

-- Back to what the configuration file says:
UPDATE wirekite.wirekite_setting SET value = NULL WHERE name = 'load_connections';
COMMIT;

-- Where one table alone is late, let it go first: the higher, the earlier. Chunks that are in hand are finished before.
UPDATE wirekite.wirekite_table SET priority = 1000 WHERE table_name = 'public.orders';
COMMIT;
