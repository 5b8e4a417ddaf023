-- Which object cannot exist before which other. A sequence is made without its owning column, which comes later.
SELECT DISTINCT format('%s/%s', d.classid, d.objid) AS key, format('%s/%s', d.refclassid, d.refobjid) AS needs
FROM pg_depend d
WHERE d.deptype IN ('n', 'a', 'P', 'S', 'I')
    AND d.objid >= 16384
    AND (d.refobjid >= 16384 OR d.refclassid = 'pg_namespace'::regclass)
    AND NOT (
        d.classid = 'pg_class'::regclass AND d.deptype = 'a' AND d.refobjsubid > 0
        AND EXISTS (SELECT 1 FROM pg_class s WHERE s.oid = d.objid AND s.relkind = 'S')
    );
