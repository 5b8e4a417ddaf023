-- Owners. Optional: the role may not exist there, or not be ours to give to. A sequence that belongs to a column changes
-- hands with its table; `public` only if it is not its first owner's. All materialized views are refreshed before anything changes hands, while the mover may still
-- read everything.
WITH refreshed AS (
    SELECT coalesce(array_agg(format('refresh of %s/%s', 'pg_class'::regclass::oid, oid)), '{}') AS keys
    FROM pg_class WHERE relkind = 'm' AND relispopulated
), owned (class, object, owner) AS (
    SELECT 'pg_class'::regclass, c.oid, c.relowner FROM pg_class c
    WHERE c.relpersistence <> 't' AND (c.relkind IN ('r', 'p', 'v', 'm') OR c.relkind = 'S' AND NOT EXISTS (
        SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refobjsubid > 0
            AND d.deptype IN ('a', 'i')))
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid, t.typowner FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c'
    UNION ALL SELECT 'pg_proc'::regclass, oid, proowner FROM pg_proc
    UNION ALL SELECT 'pg_namespace'::regclass, oid, nspowner FROM pg_namespace
    UNION ALL SELECT 'pg_operator'::regclass, oid, oprowner FROM pg_operator WHERE oprcode <> 0
    UNION ALL SELECT 'pg_opclass'::regclass, oid, opcowner FROM pg_opclass
    UNION ALL SELECT 'pg_opfamily'::regclass, oid, opfowner FROM pg_opfamily
    UNION ALL SELECT 'pg_collation'::regclass, oid, collowner FROM pg_collation
    UNION ALL SELECT 'pg_ts_dict'::regclass, oid, dictowner FROM pg_ts_dict
    UNION ALL SELECT 'pg_ts_config'::regclass, oid, cfgowner FROM pg_ts_config
    UNION ALL SELECT 'pg_statistic_ext'::regclass, oid, stxowner FROM pg_statistic_ext
    UNION ALL SELECT 'pg_event_trigger'::regclass, oid, evtowner FROM pg_event_trigger
)
SELECT format('%s/%s', o.class::oid, o.object) AS key, 'owner' AS part,
    CASE WHEN c.relkind <> 'S' THEN n.nspname || '.' || c.relname END AS on_table, 'at cutover' AS moment,
    ARRAY[format('ALTER %s %s OWNER TO %I', CASE i.type WHEN 'statistics object' THEN 'STATISTICS' ELSE upper(i.type) END,
        CASE i.type WHEN 'aggregate' THEN regexp_replace(i.identity, '\(\)$', '(*)') ELSE i.identity END, pg_get_userbyid(o.owner))] AS statements,
    pg_get_userbyid(o.owner) AS role,
    true AS optional, '{}'::text[] AS needs, refreshed.keys AS after
FROM refreshed, owned o
CROSS JOIN LATERAL pg_identify_object(o.class, o.object, 0) AS i
LEFT JOIN pg_class c ON o.class = 'pg_class'::regclass AND c.oid = o.object
LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE (o.object >= 16384 OR o.class = 'pg_namespace'::regclass AND i.identity = 'public'
        AND o.owner <> coalesce(to_regrole('pg_database_owner')::oid, 10))
    AND coalesce(i.schema, '') !~ '^(pg_|information_schema$)' AND i.identity !~ '^pg_';
