-- name: find_schema
SELECT CASE WHEN to_regnamespace(quote_ident(:schema::text)) IS NULL THEN 'NO' ELSE 'YES' END AS schema_exists,
  CASE WHEN to_regclass(quote_ident(:schema::text) || '.wirekite_setting') IS NULL THEN 'NO' ELSE 'YES' END AS settings_exist,
  format('CREATE SCHEMA %I', :schema::text) AS create_schema

-- name: lock_set_up
-- Held by the session: two who create the same schema, table or view at once would fail.
SELECT pg_advisory_lock(hashtext('openkite set-up'), hashtext(:schema::text))

-- name: unlock_set_up
SELECT pg_advisory_unlock(hashtext('openkite set-up'), hashtext(:schema::text))
