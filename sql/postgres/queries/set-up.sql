-- name: find_schema
SELECT CASE WHEN to_regnamespace(quote_ident(:schema::text)) IS NULL THEN 'NO' ELSE 'YES' END AS schema_exists,
  CASE WHEN to_regclass(quote_ident(:schema::text) || '.wirekite_setting') IS NULL THEN 'NO' ELSE 'YES' END AS settings_exist,
  format('CREATE SCHEMA IF NOT EXISTS %I', :schema::text) AS create_schema

-- name: lock_set_up
SELECT pg_advisory_xact_lock(hashtext('openkite ' || current_schema()))
