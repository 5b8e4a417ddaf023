-- name: insert_settings
INSERT INTO wirekite_setting (name, default_value, kind, unit, min_value, max_value, allowed, meaning)
SELECT s.name, s.default_value, s.kind, s.unit, s.min_value, s.max_value, s.allowed, s.meaning
FROM JSON_TABLE(:settings, '$[*]' COLUMNS (name VARCHAR(64) PATH '$.name', default_value LONGTEXT PATH '$.default_value',
  kind VARCHAR(16) PATH '$.kind', unit VARCHAR(64) PATH '$.unit', min_value DECIMAL(38, 9) PATH '$.min_value',
  max_value DECIMAL(38, 9) PATH '$.max_value', allowed LONGTEXT PATH '$.allowed', meaning LONGTEXT PATH '$.meaning')) s
WHERE NOT EXISTS (SELECT 1 FROM wirekite_setting w WHERE w.name = s.name)

-- name: apply_file
-- Settings that the file does not name return to their default, unless SQL has set them.
UPDATE wirekite_setting SET file_value = JSON_UNQUOTE(JSON_EXTRACT(:file, CONCAT('$.', name)))
WHERE kind <> 'fixed' AND NOT file_value <=> JSON_UNQUOTE(JSON_EXTRACT(:file, CONCAT('$.', name)))

-- name: overridden_settings
SELECT name, value, file_value, default_value, set_by FROM wirekite_setting
WHERE set_by LIKE 'sql:%' AND NOT value <=> COALESCE(file_value, default_value) ORDER BY name

-- name: read_settings
-- Where triggers are forbidden, nobody writes down what is in force.
SELECT name, COALESCE(value, file_value, default_value) AS value, set_by, UTC_TIMESTAMP(6) AS read_at,
  CASE WHEN applied_at IS NULL OR applied_at < updated_at THEN 'YES' ELSE 'NO' END AS pending
FROM wirekite_setting WHERE kind <> 'fixed'

-- name: stamp_settings
-- Those that everybody who lives has read.
UPDATE wirekite_setting s SET s.applied_at = UTC_TIMESTAMP(6)
WHERE s.kind <> 'fixed' AND (s.applied_at IS NULL OR s.applied_at < s.updated_at) AND NOT EXISTS (
  SELECT 1 FROM wirekite_worker w WHERE w.lease_until > UTC_TIMESTAMP(6) AND COALESCE(w.settings_read_at < s.updated_at, TRUE))

-- name: read_fixed
SELECT name, file_value AS value FROM wirekite_setting WHERE kind = 'fixed'

-- name: write_fixed
UPDATE wirekite_setting SET file_value = :value WHERE name = :name AND NOT file_value <=> :value;
INSERT INTO wirekite_setting (name, kind, meaning, file_value)
SELECT :name, 'fixed', :meaning, :value FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM wirekite_setting w WHERE w.name = :name)
