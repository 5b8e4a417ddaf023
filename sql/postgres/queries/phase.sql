-- name: insert_phases
INSERT INTO wirekite_phase (phase, name)
SELECT p.phase, p.name FROM jsonb_to_recordset(:phases::jsonb) AS p(phase int, name text)
ON CONFLICT (phase) DO UPDATE SET name = EXCLUDED.name
