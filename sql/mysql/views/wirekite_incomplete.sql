-- What was begun and is not finished. The stream of changes is one that never is; what its lane has to do stands in files.
CREATE OR REPLACE VIEW wirekite_incomplete AS
SELECT p.source, p.target, p.operation, p.table_name, p.mark, p.row_count, p.byte_count, p.start_time, p.updated_at,
  p.restarts, p.worker, p.error
FROM wirekite_progress p LEFT JOIN wirekite_table t ON t.table_name = p.table_name AND t.state = 'SKIPPED'
WHERE p.operation IN ('DE', 'D', 'CE', 'C') AND p.finish_time IS NULL AND p.target <> 'changes' AND t.table_name IS NULL;
