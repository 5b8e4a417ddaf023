-- Default privileges, last: they would add grants to what is being made. Optional: the role may not exist there.
WITH item AS (
    SELECT d.oid, d.defaclnamespace, d.defaclobjtype, quote_ident(pg_get_userbyid(d.defaclrole)) AS maker,
        CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END AS role, x.privilege_type,
        x.is_grantable, x.held
    FROM pg_default_acl d
    CROSS JOIN LATERAL (
        SELECT grantee, privilege_type, is_grantable, true AS held FROM aclexplode(d.defaclacl)
        UNION ALL
        SELECT grantee, privilege_type, is_grantable, false
        FROM aclexplode(acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole))
        WHERE d.defaclnamespace = 0
    ) AS x
), held AS (
    SELECT oid, defaclnamespace, maker, role,
        CASE defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES'
            WHEN 'L' THEN 'LARGE OBJECTS' ELSE 'SCHEMAS' END AS what,
        string_agg(privilege_type, ', ' ORDER BY privilege_type) FILTER (WHERE held AND NOT is_grantable) AS plain,
        string_agg(privilege_type, ', ' ORDER BY privilege_type) FILTER (WHERE held AND is_grantable) AS grantable,
        bool_or(NOT held) AS by_default
    FROM item
    GROUP BY oid, defaclnamespace, defaclobjtype, maker, role
    HAVING array_agg(privilege_type || is_grantable ORDER BY privilege_type) FILTER (WHERE held)
        IS DISTINCT FROM array_agg(privilege_type || is_grantable ORDER BY privilege_type) FILTER (WHERE NOT held)
)
SELECT format('%s/%s', 'pg_default_acl'::regclass::oid, h.oid) AS key, NULL AS part, NULL AS on_table,
    'at cutover' AS moment,
    array_remove(
        array_agg(head.words || CASE WHEN h.by_default THEN format(' REVOKE ALL ON %s FROM %s', h.what, h.role) END)
        || array_agg(head.words || ' GRANT ' || h.plain || format(' ON %s TO %s', h.what, h.role))
        || array_agg(head.words || ' GRANT ' || h.grantable || format(' ON %s TO %s WITH GRANT OPTION', h.what, h.role)),
        NULL) AS statements,
    true AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM held h
LEFT JOIN pg_namespace n ON n.oid = h.defaclnamespace
CROSS JOIN LATERAL (
    SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %s', h.maker)
        || CASE WHEN n.oid IS NULL THEN '' ELSE format(' IN SCHEMA %I', n.nspname) END AS words
) AS head
GROUP BY h.oid;
