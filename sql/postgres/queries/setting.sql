-- name: insert_settings
INSERT INTO wirekite_setting (name, default_value, kind, unit, min_value, max_value, allowed, meaning)
SELECT s.name, s.default_value, s.kind, s.unit, s.min_value, s.max_value, s.allowed, s.meaning
FROM jsonb_to_recordset(:settings::jsonb) AS s(name text, default_value text, kind text, unit text, min_value numeric,
  max_value numeric, allowed text, meaning text)
ON CONFLICT (name) DO NOTHING

-- name: apply_file
-- Settings that the file does not name return to their default, unless SQL has set them.
UPDATE wirekite_setting s SET file_value = f.value
FROM (SELECT name, (:file::jsonb) ->> name AS value FROM wirekite_setting WHERE kind <> 'fixed') f
WHERE f.name = s.name AND s.file_value IS DISTINCT FROM f.value

-- name: overridden_settings
SELECT name, value, file_value, default_value, set_by FROM wirekite_setting
WHERE set_by LIKE 'sql:%' AND value IS DISTINCT FROM coalesce(file_value, default_value) ORDER BY name

-- name: read_settings
SELECT name, value, set_by, statement_timestamp()::text AS read_at,
  CASE WHEN applied_at IS NULL OR applied_at < updated_at THEN 'YES' ELSE 'NO' END AS pending
FROM wirekite_setting WHERE kind <> 'fixed'

-- name: stamp_settings
-- Those that everybody who lives has read.
UPDATE wirekite_setting s SET applied_at = clock_timestamp()
WHERE s.kind <> 'fixed' AND (s.applied_at IS NULL OR s.applied_at < s.updated_at) AND NOT EXISTS (
  SELECT 1 FROM wirekite_worker w WHERE w.lease_until > clock_timestamp() AND coalesce(w.settings_read_at < s.updated_at, true))

-- name: read_fixed
SELECT name, value FROM wirekite_setting WHERE kind = 'fixed'

-- name: write_fixed
INSERT INTO wirekite_setting AS s (name, kind, meaning, file_value) VALUES (:name::text, 'fixed', :meaning::text, :value::text)
ON CONFLICT (name) DO UPDATE SET file_value = EXCLUDED.file_value WHERE s.file_value IS DISTINCT FROM EXCLUDED.file_value
