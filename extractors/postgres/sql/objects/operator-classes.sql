-- Operator classes with the operators and functions that belong to them.
SELECT format('%s/%s', 'pg_opclass'::regclass::oid, o.oid) AS key, NULL AS part, NULL AS on_table, 'before rows' AS moment,
    ARRAY[format('CREATE OPERATOR CLASS %I.%I %sFOR TYPE %s USING %I FAMILY %I.%I AS %s', n.nspname, o.opcname,
        CASE WHEN o.opcdefault THEN 'DEFAULT ' ELSE '' END, format_type(o.opcintype, NULL), am.amname, fn.nspname, f.opfname,
        array_to_string(
            CASE WHEN o.opckeytype <> 0 THEN ARRAY['STORAGE ' || format_type(o.opckeytype, NULL)] ELSE '{}' END
            || operators.list || functions.list
            || CASE WHEN o.opckeytype = 0 AND operators.list || functions.list = '{}'
                THEN ARRAY['STORAGE ' || format_type(o.opcintype, NULL)] ELSE '{}' END, ', '))] AS statements,
    false AS optional, ARRAY[format('%s/%s', 'pg_opfamily'::regclass::oid, f.oid)] AS needs, '{}'::text[] AS after
FROM pg_opclass o
JOIN pg_namespace n ON n.oid = o.opcnamespace
JOIN pg_am am ON am.oid = o.opcmethod
JOIN pg_opfamily f ON f.oid = o.opcfamily
JOIN pg_namespace fn ON fn.oid = f.opfnamespace
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(format('OPERATOR %s %s%s', m.amopstrategy, m.amopopr::regoperator,
        CASE WHEN m.amopsortfamily <> 0 THEN format(' FOR ORDER BY %I.%I', sn.nspname, s.opfname) ELSE '' END)
        ORDER BY m.amopstrategy), '{}') AS list
    FROM pg_depend d
    JOIN pg_amop m ON m.oid = d.objid
    LEFT JOIN pg_opfamily s ON s.oid = m.amopsortfamily
    LEFT JOIN pg_namespace sn ON sn.oid = s.opfnamespace
    WHERE d.classid = 'pg_amop'::regclass AND d.refclassid = 'pg_opclass'::regclass AND d.refobjid = o.oid
) AS operators
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(format('FUNCTION %s (%s, %s) %s', m.amprocnum, format_type(m.amproclefttype, NULL),
        format_type(m.amprocrighttype, NULL), m.amproc::regprocedure) ORDER BY m.amprocnum), '{}') AS list
    FROM pg_depend d
    JOIN pg_amproc m ON m.oid = d.objid
    WHERE d.classid = 'pg_amproc'::regclass AND d.refclassid = 'pg_opclass'::regclass AND d.refobjid = o.oid
) AS functions
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
