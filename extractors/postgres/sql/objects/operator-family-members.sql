-- Operators and functions that were added to a family by themselves.
SELECT format('%s/%s', 'pg_opfamily'::regclass::oid, f.oid) AS key, member.part, NULL AS on_table, 'before rows' AS moment,
    ARRAY[format('ALTER OPERATOR FAMILY %I.%I USING %I ADD %s', n.nspname, f.opfname, am.amname, member.words)] AS statements,
    false AS optional, ARRAY[member.needs] AS needs, '{}'::text[] AS after
FROM pg_opfamily f
JOIN pg_namespace n ON n.oid = f.opfnamespace
JOIN pg_am am ON am.oid = f.opfmethod
JOIN LATERAL (
    SELECT d.refobjid AS family, format('operator %s', m.amopopr::regoperator) AS part,
        format('OPERATOR %s %s', m.amopstrategy, m.amopopr::regoperator) AS words,
        format('%s/%s', 'pg_operator'::regclass::oid, m.amopopr) AS needs
    FROM pg_depend d
    JOIN pg_amop m ON m.oid = d.objid
    WHERE d.classid = 'pg_amop'::regclass AND d.refclassid = 'pg_opfamily'::regclass AND d.deptype IN ('a', 'i')
    UNION ALL
    SELECT d.refobjid, format('function %s', m.amproc::regprocedure),
        format('FUNCTION %s (%s, %s) %s', m.amprocnum, format_type(m.amproclefttype, NULL),
            format_type(m.amprocrighttype, NULL), m.amproc::regprocedure),
        format('%s/%s', 'pg_proc'::regclass::oid, m.amproc)
    FROM pg_depend d
    JOIN pg_amproc m ON m.oid = d.objid
    WHERE d.classid = 'pg_amproc'::regclass AND d.refclassid = 'pg_opfamily'::regclass AND d.deptype IN ('a', 'i')
) AS member ON member.family = f.oid
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
