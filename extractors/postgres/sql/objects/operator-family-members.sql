-- Operators and functions that belong to a family but to none of its classes. What was added to a family of an extension
-- cannot be told from what is its own.
SELECT member.key, NULL AS part, NULL AS on_table, 'before rows' AS moment,
    ARRAY[format('ALTER OPERATOR FAMILY %I.%I USING %I ADD %s', n.nspname, f.opfname, am.amname, member.words)] AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_opfamily f
JOIN pg_namespace n ON n.oid = f.opfnamespace
JOIN pg_am am ON am.oid = f.opfmethod
JOIN LATERAL (
    SELECT d.refobjid AS family, format('%s/%s', d.classid, d.objid) AS key,
        format('OPERATOR %s %s%s', m.amopstrategy, m.amopopr::regoperator,
            CASE WHEN m.amopsortfamily <> 0 THEN format(' FOR ORDER BY %I.%I', sn.nspname, s.opfname) ELSE '' END) AS words
    FROM pg_depend d
    JOIN pg_amop m ON m.oid = d.objid
    LEFT JOIN pg_opfamily s ON s.oid = m.amopsortfamily
    LEFT JOIN pg_namespace sn ON sn.oid = s.opfnamespace
    WHERE d.classid = 'pg_amop'::regclass AND d.refclassid = 'pg_opfamily'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT d.refobjid, format('%s/%s', d.classid, d.objid),
        format('FUNCTION %s (%s, %s) %s', m.amprocnum, format_type(m.amproclefttype, NULL),
            format_type(m.amprocrighttype, NULL), m.amproc::regprocedure)
    FROM pg_depend d
    JOIN pg_amproc m ON m.oid = d.objid
    WHERE d.classid = 'pg_amproc'::regclass AND d.refclassid = 'pg_opfamily'::regclass AND d.deptype = 'a'
) AS member ON member.family = f.oid
WHERE NOT EXISTS (
        SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_opfamily'::regclass AND e.objid = f.oid AND e.deptype = 'e'
    )
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
