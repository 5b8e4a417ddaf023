-- name: roles_opening
-- What stands before the roles in a script for somebody who may create them.
SELECT CONCAT('USE `', REPLACE(:schema, '`', '``'), '`;') AS opening

-- name: control_grants
-- What a login needs of control tables that somebody else has made, or to make them: who made them is the definer of their views.
-- A name of a database stands there as a pattern.
SELECT CASE g.step
    WHEN 1 THEN CONCAT('GRANT wirekite_daemon TO ', s.account)
    WHEN 2 THEN CONCAT('SET DEFAULT ROLE wirekite_daemon /*M! FOR */ /*!80000 TO */ ', s.account)
    ELSE CONCAT('GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, CREATE VIEW, CREATE ROUTINE, ALTER ROUTINE, EXECUTE, TRIGGER ON `',
      REPLACE(REPLACE(:schema, '`', '``'), '_', '\\_'), '`.* TO ', s.account)
  END AS statement,
  CASE g.step
    WHEN 1 THEN CONCAT('the rows of the control tables, which ', s.maker, ' has made; the role: openkite init --roles')
    WHEN 2 THEN 'a role that is no default is not in force; a login has one default, on MariaDB'
    ELSE 'the control tables, in a database of their own, with their guards'
  END AS why
FROM (SELECT CONCAT(QUOTE(LEFT(a.name, CHAR_LENGTH(a.name) - CHAR_LENGTH(SUBSTRING_INDEX(a.name, '@', -1)) - 1)), '@',
    QUOTE(SUBSTRING_INDEX(a.name, '@', -1))) AS account, v.DEFINER AS maker, COALESCE(v.DEFINER <> a.name, FALSE) AS is_others
  FROM (SELECT CASE WHEN :login LIKE '%@%' THEN :login ELSE COALESCE(CONCAT(:login, '@%'), CURRENT_USER()) END AS name) a
  LEFT JOIN information_schema.VIEWS v ON v.TABLE_SCHEMA = :schema AND v.TABLE_NAME = 'wirekite_status') s
JOIN (SELECT 1 AS step UNION ALL SELECT 2 UNION ALL SELECT 3) g ON s.is_others = (g.step < 3)
ORDER BY g.step
