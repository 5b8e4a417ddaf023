-- Grants, per object and role: first what the built-in default gives and the object does not, then what it gives.
-- Optional: the role may not exist there. They follow the change of owner, which rewrites them; that
-- of a serial's sequence is its table's. Those on one object come one after the other: GRANT takes no lock, and of two at
-- once one fails.
WITH granted (class, object, subobject, letter, target, columns, acl, owner) AS (
    SELECT 'pg_class'::regclass::oid, c.oid, 0, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char",
        CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || c.oid::regclass, '', c.relacl, c.relowner
    FROM pg_class c
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.relpersistence <> 't'
    UNION ALL
    SELECT 'pg_class'::regclass, c.oid, a.attnum, 'c', 'TABLE ' || c.oid::regclass, format(' (%I)', a.attname), a.attacl, c.relowner
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND c.relpersistence <> 't' AND NOT a.attisdropped
    UNION ALL
    SELECT 'pg_proc'::regclass, p.oid, 0, 'f',
        CASE i.type WHEN 'procedure' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END || i.identity, '', p.proacl, p.proowner
    FROM pg_proc p
    CROSS JOIN LATERAL pg_identify_object('pg_proc'::regclass, p.oid, 0) AS i
    WHERE p.oid >= 16384 AND p.proacl IS NOT NULL
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid, 0, 'T', 'TYPE ' || format_type(t.oid, NULL), '', t.typacl, t.typowner
    FROM pg_type t
    UNION ALL
    SELECT 'pg_namespace'::regclass, n.oid, 0, 'n', 'SCHEMA ' || quote_ident(n.nspname), '', n.nspacl, n.nspowner
    FROM pg_namespace n
    WHERE NOT EXISTS (SELECT 1 FROM pg_init_privs p WHERE p.classoid = 'pg_namespace'::regclass AND p.objoid = n.oid
        AND p.initprivs::text = n.nspacl::text)
), item AS (
    SELECT g.*, x.grantee, x.privilege_type || g.columns AS privilege, x.is_grantable, true AS held
    FROM granted g
    CROSS JOIN LATERAL aclexplode(g.acl) AS x
    WHERE g.acl IS NOT NULL
    UNION ALL
    SELECT g.*, x.grantee, x.privilege_type || g.columns, x.is_grantable, false
    FROM granted g
    CROSS JOIN LATERAL aclexplode(acldefault(g.letter, g.owner)) AS x
    WHERE g.acl IS NOT NULL
), held AS (
    SELECT class, object, target, columns, CASE item.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(item.grantee)) END AS grantee,
        CASE WHEN item.grantee <> 0 THEN pg_get_userbyid(item.grantee) END AS role,
        string_agg(privilege, ', ' ORDER BY privilege) FILTER (WHERE held AND NOT is_grantable) AS plain,
        string_agg(privilege, ', ' ORDER BY privilege) FILTER (WHERE held AND is_grantable) AS grantable,
        bool_or(NOT held) AS by_default
    FROM item
    GROUP BY class, object, target, columns, item.grantee
    HAVING array_agg(privilege || is_grantable ORDER BY privilege) FILTER (WHERE held)
        IS DISTINCT FROM array_agg(privilege || is_grantable ORDER BY privilege) FILTER (WHERE NOT held)
), named AS (
    SELECT h.*, format('grant%s to %s', columns, grantee) AS part FROM held h
)
SELECT format('%s/%s', h.class, h.object) AS key,
    h.part,
    CASE WHEN c.relkind <> 'S' THEN n.nspname || '.' || c.relname END AS on_table,
    'at cutover' AS moment,
    array_remove(ARRAY[
        CASE WHEN h.by_default THEN format('REVOKE ALL ON %s FROM %s', h.target, h.grantee) END,
        'GRANT ' || h.plain || format(' ON %s TO %s', h.target, h.grantee),
        'GRANT ' || h.grantable || format(' ON %s TO %s WITH GRANT OPTION', h.target, h.grantee)
    ], NULL) AS statements,
    h.role,
    true AS optional,
    '{}'::text[] AS needs,
    array_remove(ARRAY[
        format('owner of %s/%s', h.class, h.object),
        format('owner of %s/%s', h.class, d.refobjid),
        lag(h.part) OVER (PARTITION BY h.class, h.object ORDER BY h.part) || format(' of %s/%s', h.class, h.object)
    ], NULL) AS after
FROM named h
LEFT JOIN pg_depend d ON h.class = 'pg_class'::regclass AND d.classid = h.class AND d.objid = h.object
    AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype = 'a' AND h.target LIKE 'SEQUENCE %'
LEFT JOIN pg_class c ON h.class = 'pg_class'::regclass AND c.oid = h.object
LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE h.object >= 16384 OR (h.class = 'pg_namespace'::regclass AND h.target = 'SCHEMA public');
