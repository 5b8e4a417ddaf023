-- What had to be taken up again, the most often first: repeated failures stand at the top.
CREATE OR REPLACE VIEW wirekite_restarts AS
SELECT p.source, p.target, p.operation, p.table_name, p.restarts, p.start_time, p.finish_time, p.worker, p.error
FROM wirekite_progress p
WHERE p.restarts > 0
ORDER BY p.restarts DESC;
