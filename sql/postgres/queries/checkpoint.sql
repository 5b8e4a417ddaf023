-- name: insert_checkpoint
INSERT INTO wirekite_checkpoint (batch_run_id, cause, version, document)
VALUES (:run::text, :cause::text, :version::text, :document::text) RETURNING checkpoint_id::text AS checkpoint_id

-- name: forget_checkpoints
DELETE FROM wirekite_checkpoint WHERE checkpoint_id NOT IN
  (SELECT checkpoint_id FROM wirekite_checkpoint ORDER BY checkpoint_id DESC LIMIT :keep::int)

-- name: list_checkpoints
SELECT checkpoint_id::text AS checkpoint_id, created_at::text AS created_at, cause,
  extract(epoch FROM clock_timestamp() - created_at)::text AS seconds
FROM wirekite_checkpoint c ORDER BY c.checkpoint_id DESC

-- name: read_checkpoint
SELECT document FROM wirekite_checkpoint WHERE checkpoint_id = :id::bigint

-- name: keys_due
-- NO: what a first foreign key needs is not done yet. NEVER: one was begun, or there is none.
SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM wirekite_task WHERE kind = 'foreign key')
    OR EXISTS (SELECT 1 FROM wirekite_task WHERE kind = 'foreign key' AND state NOT IN ('WAITING', 'BLOCKED')) THEN 'NEVER'
  WHEN EXISTS (SELECT 1 FROM wirekite_task t WHERE t.kind = 'foreign key' AND t.state = 'WAITING' AND NOT EXISTS (
      SELECT 1 FROM wirekite_task_dependency d JOIN wirekite_task n ON n.task_id = d.depends_on
      WHERE d.task_id = t.task_id AND n.state NOT IN ('DONE', 'SKIPPED'))) THEN 'YES'
  ELSE 'NO' END AS due

-- name: ended_tasks
SELECT task_id FROM wirekite_task WHERE state IN ('DONE', 'SKIPPED') ORDER BY task_id
