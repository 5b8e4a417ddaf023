-- name: applied_everywhere
-- The position is that of the last file before the first one that some table still needs.
SELECT f.everywhere_seq,
  CASE WHEN f.everywhere_seq >= f.sealed_seq THEN f.sealed_position
    ELSE (SELECT p.position FROM wirekite_progress p
      WHERE p.target = 'C' AND p.chunk_number < (SELECT MIN(n.chunk_number) FROM wirekite_progress n
        WHERE n.target = 'C' AND n.last_seq > f.everywhere_seq)
      ORDER BY p.chunk_number DESC LIMIT 1) END AS position
FROM wirekite_following f

-- name: removable_changes
-- Files that every table has got, and since so long that no older state of the target would want them again.
SELECT n.name
FROM JSON_TABLE(:files, '$[*]' COLUMNS (name VARCHAR(320) PATH '$.name', folded VARCHAR(320) PATH '$.folded')) n
  LEFT JOIN wirekite_progress p ON p.source = n.name AND p.target = 'C'
  LEFT JOIN wirekite_progress o ON o.source = n.folded AND o.target = 'C'
WHERE COALESCE(p.last_seq, o.last_seq) <= (SELECT everywhere_seq FROM wirekite_following)
  AND GREATEST(COALESCE(p.finish_time, p.updated_at, o.finish_time, o.updated_at), COALESCE(p.updated_at, o.updated_at))
    <= UTC_TIMESTAMP(6) - INTERVAL :seconds SECOND

-- name: unknown_changes
-- A higher number than the stream's last one may be a file that is made known only with those that come after it.
SELECT n.name
FROM JSON_TABLE(:files, '$[*]' COLUMNS (name VARCHAR(320) PATH '$.name', folded VARCHAR(320) PATH '$.folded',
    number BIGINT PATH '$.number')) n
  LEFT JOIN wirekite_progress p ON p.source = n.name AND p.target = 'C'
  LEFT JOIN wirekite_progress o ON o.source = n.folded AND o.target = 'C'
WHERE p.source IS NULL AND o.source IS NULL
  AND n.number <= (SELECT chunk_number FROM wirekite_progress WHERE operation = 'CE' AND finish_time IS NULL)

-- name: unapplied_bytes
SELECT COALESCE(SUM(byte_count), 0) AS byte_count
FROM wirekite_progress WHERE target = 'C' AND last_seq > (SELECT everywhere_seq FROM wirekite_following)

-- name: fold_finished
-- Whole thousands of files that nobody needs become one row each, so that the table does not grow for ever.
SET @last = (SELECT p.chunk_number FROM wirekite_progress p WHERE p.target = 'C' AND p.source = CONCAT(p.chunk_number, '.ckt')
  ORDER BY p.chunk_number DESC LIMIT 1 OFFSET :keep);
SET @needed = (SELECT everywhere_seq FROM wirekite_following);
SET @gone = (SELECT JSON_ARRAYAGG(g.thousand) FROM (
  SELECT p.chunk_number DIV :fold AS thousand FROM wirekite_progress p
  WHERE p.target = 'C' AND p.source = CONCAT(p.chunk_number, '.ckt') AND (p.chunk_number DIV :fold + 1) * :fold <= 1 + @last
  GROUP BY p.chunk_number DIV :fold HAVING SUM(p.finish_time IS NOT NULL AND p.last_seq <= @needed) = COUNT(*)) g);
INSERT INTO wirekite_progress (source, target, operation, mark, start_time, finish_time, restarts, chunk_number, position,
  row_count, byte_count, updated_at, first_seq, last_seq, log_bytes)
SELECT CONCAT(g.thousand * :fold, '-', g.thousand * :fold + :fold - 1, '.ckt'), 'C', 'C', g.mark, g.start_time, g.finish_time,
  g.restarts, g.chunk_number, l.position, g.row_count, g.byte_count, g.updated_at, g.first_seq, g.last_seq, g.log_bytes
FROM (SELECT t.thousand, MAX(CAST(p.mark AS SIGNED)) AS mark, MIN(p.start_time) AS start_time, MAX(p.finish_time) AS finish_time,
      SUM(p.restarts) AS restarts, MAX(p.chunk_number) AS chunk_number, SUM(p.row_count) AS row_count,
      SUM(p.byte_count) AS byte_count, MAX(p.updated_at) AS updated_at, MIN(p.first_seq) AS first_seq,
      MAX(p.last_seq) AS last_seq, MAX(p.log_bytes) AS log_bytes
    FROM JSON_TABLE(@gone, '$[*]' COLUMNS (thousand BIGINT PATH '$')) t
      JOIN wirekite_progress p ON p.target = 'C'
        AND p.chunk_number BETWEEN t.thousand * :fold AND t.thousand * :fold + :fold - 1
    GROUP BY t.thousand) g
  JOIN wirekite_progress l ON l.source = CONCAT(g.chunk_number, '.ckt') AND l.target = 'C';
DELETE p FROM JSON_TABLE(@gone, '$[*]' COLUMNS (thousand BIGINT PATH '$')) t
  JOIN wirekite_progress p ON p.target = 'C' AND p.chunk_number BETWEEN t.thousand * :fold AND t.thousand * :fold + :fold - 1
WHERE p.source = CONCAT(p.chunk_number, '.ckt')
