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

-- name: find_snapshot
SELECT snapshot_id::text AS snapshot_id, position, ticket, worker, opened_at::text AS opened_at
FROM wirekite_snapshot WHERE state = 'OPEN' ORDER BY snapshot_id DESC LIMIT 1
