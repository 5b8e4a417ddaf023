-- name: open_snapshot
INSERT INTO wirekite_snapshot (position, ticket, worker) VALUES (:position::text, :ticket::text, :worker::text)
RETURNING snapshot_id::text AS snapshot_id

-- name: close_snapshot
UPDATE wirekite_snapshot SET state = 'CLOSED', closed_at = clock_timestamp() WHERE snapshot_id = :snapshot::bigint AND state = 'OPEN'

-- name: lose_snapshots
UPDATE wirekite_snapshot s SET state = 'LOST', closed_at = clock_timestamp()
WHERE s.state = 'OPEN' AND NOT EXISTS
  (SELECT 1 FROM wirekite_worker k WHERE k.worker = s.worker AND k.lease_until > clock_timestamp())
RETURNING s.snapshot_id::text AS snapshot_id

-- name: lose_snapshot
UPDATE wirekite_snapshot SET state = 'LOST', closed_at = clock_timestamp() WHERE snapshot_id = :snapshot::bigint AND state = 'OPEN'

-- name: find_snapshot
SELECT snapshot_id::text AS snapshot_id, position, ticket, worker, opened_at::text AS opened_at
FROM wirekite_snapshot WHERE snapshot_id = :snapshot::bigint AND state = 'OPEN'

-- name: snapshot_in_use
-- Some slice of it is still to be read.
SELECT CASE WHEN EXISTS (SELECT 1 FROM wirekite_table t WHERE t.snapshot_id = :snapshot::bigint AND t.state = 'COPYING'
  AND EXISTS (SELECT 1 FROM wirekite_progress p
    WHERE p.table_name = t.table_name AND p.operation = 'DE' AND p.finish_time IS NULL)) THEN 'YES' ELSE 'NO' END AS in_use
