-- name: insert_checkpoint
INSERT INTO wirekite_checkpoint (batch_run_id, cause, version, document) VALUES (:run, :cause, :version, :document);
SELECT LAST_INSERT_ID() AS checkpoint_id

-- name: forget_checkpoints
SET @oldest = (SELECT MIN(k.checkpoint_id) FROM (SELECT checkpoint_id FROM wirekite_checkpoint ORDER BY checkpoint_id DESC LIMIT :keep) k);
DELETE FROM wirekite_checkpoint WHERE checkpoint_id < @oldest

-- name: ended_tasks
SELECT task_id FROM wirekite_task WHERE state IN ('DONE', 'SKIPPED') ORDER BY task_id
