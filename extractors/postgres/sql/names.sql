-- Every object of this database and the name by which steps know it. An object that is a part of another one (the
-- index of a key, the rule of a view, the row type of a table, a member of an extension) bears the name of the whole.
WITH RECURSIVE part_of (class, object, whole_class, whole) AS (
    SELECT classid, objid, refclassid, refobjid
    FROM pg_depend
    WHERE (classid <> refclassid OR objid <> refobjid)
        AND (deptype IN ('i', 'e') OR refclassid = 'pg_opclass'::regclass AND classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass))
    UNION ALL
    SELECT 'pg_attrdef'::regclass, d.oid, 'pg_class'::regclass, d.adrelid
    FROM pg_attrdef d
    JOIN pg_class c ON c.oid = d.adrelid
    JOIN (
        SELECT a.attrelid, a.attnum, a.attgenerated
        FROM (VALUES (''::"char")) AS absent (attgenerated)
        CROSS JOIN LATERAL (SELECT attrelid, attnum, attgenerated FROM pg_attribute) AS a
    ) AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    WHERE a.attgenerated <> '' OR c.relkind = 'v'
    UNION ALL
    SELECT 'pg_constraint'::regclass, oid, CASE conrelid WHEN 0 THEN 'pg_type'::regclass ELSE 'pg_class'::regclass END,
        CASE conrelid WHEN 0 THEN contypid ELSE conrelid END
    FROM pg_constraint
    WHERE contype = 'n' AND convalidated
), climb (class, object, whole_class, whole) AS (
    SELECT * FROM part_of
    UNION
    SELECT c.class, c.object, p.whole_class, p.whole
    FROM climb c
    JOIN part_of p ON p.class = c.whole_class AND p.object = c.whole
), known (class, object) AS (
    SELECT classid, objid FROM pg_depend WHERE objid >= 16384
    UNION
    SELECT refclassid, refobjid FROM pg_depend WHERE refobjid >= 16384
    UNION
    SELECT 'pg_namespace'::regclass, oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    UNION
    SELECT 'pg_extension'::regclass, oid FROM pg_extension
    UNION
    SELECT 'pg_event_trigger'::regclass, oid FROM pg_event_trigger
    UNION
    SELECT 'pg_default_acl'::regclass, oid FROM pg_default_acl
), whole AS (
    SELECT DISTINCT ON (k.class, k.object) k.class, k.object,
        coalesce(c.whole_class, k.class) AS whole_class, coalesce(c.whole, k.object) AS whole
    FROM known k
    LEFT JOIN climb c ON c.class = k.class AND c.object = k.object
        AND NOT EXISTS (SELECT 1 FROM part_of p WHERE p.class = c.whole_class AND p.object = c.whole)
    ORDER BY k.class, k.object, c.whole_class = 'pg_extension'::regclass DESC NULLS LAST, c.whole
), named AS (
    SELECT u.whole_class, u.whole, i.type, i.identity
    FROM (SELECT DISTINCT whole_class, whole FROM whole) AS u
    CROSS JOIN LATERAL pg_identify_object(u.whole_class, u.whole, 0) AS i
    WHERE i.type IS NOT NULL
)
SELECT format('%s/%s', w.class, w.object) AS key,
    n.type AS kind,
    n.identity AS name,
    w.class <> w.whole_class OR w.object <> w.whole AS is_part,
    w.whole_class = 'pg_extension'::regclass AND w.class <> w.whole_class AS in_extension
FROM whole w
JOIN named n USING (whole_class, whole);
