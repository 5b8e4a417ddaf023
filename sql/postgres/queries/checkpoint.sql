-- name: insert_checkpoint
INSERT INTO wirekite_checkpoint (batch_run_id, cause, version, document)
VALUES (:run::text, :cause::text, :version::text, :document::text) RETURNING checkpoint_id::text AS checkpoint_id

-- name: forget_checkpoints
DELETE FROM wirekite_checkpoint WHERE checkpoint_id NOT IN
  (SELECT checkpoint_id FROM wirekite_checkpoint ORDER BY checkpoint_id DESC LIMIT :keep::int)

-- name: ended_tasks
SELECT task_id FROM wirekite_task WHERE state IN ('DONE', 'SKIPPED') ORDER BY task_id
