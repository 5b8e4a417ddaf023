-- What a role needs to read these tables, and where all sequences stand, in the order in which it can be granted.
WITH login AS (
    SELECT quote_ident(coalesce(:login::text, current_user)) AS name
), wanted AS (
    SELECT c.oid, c.relname, n.nspname, c.relrowsecurity AS guarded, 1 AS place
    FROM unnest(:tables::text[]) AS t (name) JOIN pg_class c ON c.oid = to_regclass(t.name) JOIN pg_namespace n ON n.oid = c.relnamespace
    UNION ALL
    SELECT c.oid, c.relname, n.nspname, false, 2
    FROM unnest(:sequences::text[]) AS t (name) JOIN pg_class c ON c.oid = to_regclass(t.name) JOIN pg_namespace n ON n.oid = c.relnamespace
)
SELECT statement, why FROM (
    SELECT format('GRANT CONNECT ON DATABASE %I TO %s', current_database(), login.name) AS statement, 'to come in' AS why, 0 AS place
    FROM login
    UNION ALL
    SELECT DISTINCT format('GRANT USAGE ON SCHEMA %I TO %s', nspname, login.name), 'the names in it', 0 FROM wanted, login
    UNION ALL
    SELECT format('GRANT SELECT ON %I.%I TO %s', nspname, relname, login.name), 'its rows, and a lock that keeps its form', place
    FROM wanted, login WHERE place = 1
    UNION ALL
    SELECT format('GRANT SELECT ON SEQUENCE %I.%I TO %s', nspname, relname, login.name), 'where it stands', place
    FROM wanted, login WHERE place = 2
    UNION ALL
    SELECT format('ALTER ROLE %s BYPASSRLS', login.name), 'row security would hide rows of ' || string_agg(format('%I.%I', nspname, relname), ', '), 3
    FROM wanted, login WHERE guarded GROUP BY login.name
) g ORDER BY place, statement;
