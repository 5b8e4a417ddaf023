-- What a role needs to make these schemas and what is in them, and to hand it over to its owners. Members of a superuser would be
-- superusers: what belongs to one on the source stays ours.
WITH login AS (
    SELECT coalesce(:login::text, current_user) AS name
)
SELECT statement, why FROM (
    SELECT format('GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO %I', current_database(), login.name) AS statement,
        'schemas, extensions, the control tables; temporary tables, by which changes are applied in sets' AS why, 1 AS place
    FROM login
    UNION ALL
    SELECT format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', n.nspname, login.name), 'tables in a schema that is there already', 2
    FROM login, pg_namespace n WHERE n.nspname = ANY (:schemas::text[])
    UNION ALL
    SELECT format('GRANT SET ON PARAMETER session_replication_role TO %I', login.name),
        'changes are applied without firing foreign keys and triggers; without it that is slower', 3
    FROM login WHERE current_setting('server_version_num')::int >= 150000
    UNION ALL
    SELECT format('GRANT pg_read_all_stats TO %I', login.name), 'to say who holds the lock that somebody waits for', 4 FROM login
    UNION ALL
    SELECT format('GRANT %I TO %I', r.rolname, login.name), 'what is its own on the source is given to it at the cutover; else it stays ours', 5
    FROM login, pg_roles r WHERE r.rolname = ANY (:owners::text[]) AND r.rolname <> login.name AND NOT r.rolsuper AND r.rolname !~ '^pg_'
) g ORDER BY place, statement;
