-- name: insert_phases
INSERT INTO wirekite_phase (phase, name)
SELECT p.phase, p.name FROM JSON_TABLE(:phases, '$[*]' COLUMNS (phase INT PATH '$.phase', name VARCHAR(64) PATH '$.name')) p
ON DUPLICATE KEY UPDATE wirekite_phase.name = p.name
