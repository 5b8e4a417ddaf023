-- What the account may do everywhere (place NULL), and in which databases, which may be patterns.
SELECT CURRENT_USER() AS account, NULL AS place, PRIVILEGE_TYPE AS may
FROM information_schema.USER_PRIVILEGES
WHERE REPLACE(GRANTEE, '''', '') = CURRENT_USER()
UNION ALL
SELECT CURRENT_USER(), TABLE_SCHEMA, PRIVILEGE_TYPE
FROM information_schema.SCHEMA_PRIVILEGES
WHERE REPLACE(GRANTEE, '''', '') = CURRENT_USER()
