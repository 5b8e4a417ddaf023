-- How far the target is behind the source. NULL as long as no changes are followed.
CREATE OR REPLACE VIEW wirekite_lag AS
SELECT NULL::bigint AS lag_bytes, NULL::numeric AS lag_seconds, NULL::bigint AS lag_transactions, NULL::timestamptz AS sampled_at;
