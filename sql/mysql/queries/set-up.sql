-- name: find_schema
-- The privileges that this login sees are its own, or it may see everything.
SELECT CASE WHEN EXISTS (SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = :schema)
    THEN 'YES' ELSE 'NO' END AS schema_exists,
  CASE WHEN EXISTS (SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = :schema AND TABLE_NAME = 'wirekite_setting')
    THEN 'YES' ELSE 'NO' END AS settings_exist,
  CASE WHEN EXISTS (SELECT 1 FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = 'CREATE')
      OR EXISTS (SELECT 1 FROM information_schema.SCHEMA_PRIVILEGES
        WHERE PRIVILEGE_TYPE = 'CREATE' AND :schema LIKE TABLE_SCHEMA)
    THEN 'YES' ELSE 'NO' END AS may_create,
  CONCAT('CREATE DATABASE IF NOT EXISTS `', REPLACE(:schema, '`', '``'), '` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin; USE `',
    REPLACE(:schema, '`', '``'), '`') AS create_schema

-- name: lock_set_up
-- Held by the session: two who create the same schema, table or view at once would fail.
SELECT GET_LOCK(SHA2(CONCAT('openkite set-up ', :schema), 224), 86400) AS held

-- name: unlock_set_up
SELECT RELEASE_LOCK(SHA2(CONCAT('openkite set-up ', :schema), 224)) AS released

-- name: script_frame
-- What stands before and after the tables in a script for somebody who may create them: for us, who then use them.
SELECT CONCAT('-- To be run once, by a login that may create databases and triggers. ', s.login, ' is the login of openkite.
CREATE DATABASE IF NOT EXISTS ', s.control, ' CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
USE ', s.control, ';') AS opening,
  CONCAT('INSERT INTO wirekite_setting (name, kind, meaning, file_value) VALUES
  (''views'', ''fixed'', ', QUOTE(:views_meaning), ', ', QUOTE(:views), '),
  (''control_version'', ''fixed'', ', QUOTE(:version_meaning), ', ', QUOTE(:version), ');

GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON ', s.control, '.* TO ', s.login, ';') AS closing
FROM (SELECT CONCAT('`', REPLACE(:schema, '`', '``'), '`') AS control,
  CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''') AS login) s

-- name: missing_guards
-- What a login may not make, and what makes up for it.
SELECT 'this login may not create triggers on the target: nothing but openkite itself guards wirekite_action and wirekite_setting, and nobody writes their history; SET GLOBAL log_bin_trust_function_creators = 1 there, and run again' AS missing
FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM migrations WHERE name = '11_guards.sql')
