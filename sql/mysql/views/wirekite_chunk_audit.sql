-- Of each table, whether its chunks add up: planned, written, loaded; rows in files, rows disposed of, rows in the error queue.
-- A row is in the target in the transaction that moved its mark, so rows in the target = rows_loaded - rows_queued.
CREATE OR REPLACE VIEW wirekite_chunk_audit AS
SELECT t.table_name, t.target_name, t.state, t.generation, t.chunk_count AS chunks_planned, t.chunks_written, t.chunks_loaded,
  t.rows_extracted AS rows_written, CAST(t.rows_loaded + COALESCE(d.rows_in_flight, 0) AS SIGNED) AS rows_loaded,
  (SELECT COUNT(*) FROM wirekite_error e
    WHERE e.resolution IS NULL AND e.table_name = t.table_name AND e.line_number IS NOT NULL) AS rows_queued, t.bytes_loaded,
  CASE WHEN t.state = 'SKIPPED' THEN 'left out'
    WHEN t.state IN ('LOADED', 'DONE') AND t.chunks_written = t.chunk_count AND t.chunks_loaded = t.chunk_count
      AND t.rows_loaded = t.rows_extracted THEN 'whole'
    WHEN t.state IN ('LOADED', 'DONE') OR t.chunks_loaded > t.chunks_written OR t.chunks_written > t.chunk_count
      OR d.spoilt > 0 THEN 'differs'
    ELSE 'open' END AS verdict
FROM wirekite_table t
  LEFT JOIN (SELECT table_name, SUM(CASE WHEN mark REGEXP '^[0-9]{1,16}$' THEN CAST(mark AS SIGNED) ELSE 0 END) AS rows_in_flight,
      SUM(CASE WHEN mark REGEXP '^(0|[1-9][0-9]{0,15})$' THEN 0 ELSE 1 END) AS spoilt
    FROM wirekite_progress WHERE operation = 'D' AND finish_time IS NULL GROUP BY table_name) d ON d.table_name = t.table_name;
