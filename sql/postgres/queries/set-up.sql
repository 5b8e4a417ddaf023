-- name: find_schema
-- From the catalogs: to_regclass would need the right to use the schema.
SELECT CASE WHEN to_regnamespace(quote_ident(:schema::text)) IS NULL THEN 'NO' ELSE 'YES' END AS schema_exists,
  CASE WHEN EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = :schema::text AND tablename = 'wirekite_setting')
    THEN 'YES' ELSE 'NO' END AS settings_exist,
  CASE WHEN coalesce(has_schema_privilege(to_regnamespace(quote_ident(:schema::text)), 'CREATE'), false) THEN 'YES' ELSE 'NO' END AS may_create,
  format('CREATE SCHEMA %I', :schema::text) AS create_schema

-- name: lock_set_up
-- Held by the session: two who create the same schema, table or view at once would fail.
SELECT pg_advisory_lock(hashtext('openkite set-up'), hashtext(:schema::text))

-- name: unlock_set_up
SELECT pg_advisory_unlock(hashtext('openkite set-up'), hashtext(:schema::text))

-- name: script_frame
-- What stands before and after the tables in a script for somebody who may create them: for us, who then use them.
SELECT format('-- To be run once, by a login that may create in this database. %2$I is the login of openkite.
CREATE SCHEMA IF NOT EXISTS %1$I;
SET search_path = %1$I, pg_temp;', :schema::text, current_user) AS opening,
  format('INSERT INTO wirekite_setting (name, kind, meaning, file_value) VALUES
  (''views'', ''fixed'', %3$L, %4$L), (''control_version'', ''fixed'', %5$L, %6$L);

GRANT USAGE ON SCHEMA %1$I TO %2$I;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %1$I TO %2$I;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA %1$I TO %2$I;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA %1$I TO %2$I;', :schema::text, current_user, :views_meaning::text, :views::text,
    :version_meaning::text, :version::text) AS closing

-- name: missing_guards
-- What a login may not make, and what makes up for it.
SELECT ''::text AS missing WHERE false
