-- What this database has and openkite does not move, one sentence each.
WITH members AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')
SELECT format('%s large object(s): their contents are not moved', count(*)) AS sentence
FROM pg_largeobject_metadata HAVING count(*) > 0
UNION ALL
SELECT format('foreign table %s', c.oid::regclass) FROM pg_class c WHERE c.relkind = 'f'
UNION ALL
SELECT format('foreign server %I', srvname) FROM pg_foreign_server
UNION ALL
SELECT format('publication %I', pubname) FROM pg_publication WHERE pubname !~ '^openkite_'
UNION ALL
SELECT format('subscription %I', subname) FROM (SELECT subname, subdbid FROM pg_subscription) AS s
WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
UNION ALL
SELECT format('base type %s', format_type(t.oid, NULL)) FROM pg_type t
WHERE t.typtype = 'b' AND t.oid >= 16384 AND t.typcategory <> 'A'
    AND NOT EXISTS (SELECT 1 FROM members m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
UNION ALL
SELECT format('range type %s: it has a canonical function', format_type(r.rngtypid, NULL)) FROM pg_range r
WHERE r.rngtypid >= 16384 AND r.rngcanonical <> 0
    AND NOT EXISTS (SELECT 1 FROM members m WHERE m.classid = 'pg_type'::regclass AND m.objid = r.rngtypid)
UNION ALL
SELECT format('language %I', l.lanname) FROM pg_language l
WHERE l.oid >= 16384 AND NOT EXISTS (SELECT 1 FROM members m WHERE m.classid = 'pg_language'::regclass AND m.objid = l.oid)
UNION ALL
SELECT format('conversion %I', c.conname) FROM pg_conversion c
WHERE c.oid >= 16384 AND NOT EXISTS (SELECT 1 FROM members m WHERE m.classid = 'pg_conversion'::regclass AND m.objid = c.oid)
UNION ALL
SELECT format('transform for type %s', format_type(t.trftype, NULL)) FROM pg_transform t
WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.classid = 'pg_transform'::regclass AND m.objid = t.oid)
UNION ALL
SELECT format('access method %I', a.amname) FROM pg_am a
WHERE a.oid >= 16384 AND NOT EXISTS (SELECT 1 FROM members m WHERE m.classid = 'pg_am'::regclass AND m.objid = a.oid)
UNION ALL
SELECT format('text search template or parser %s', name) FROM (
    SELECT 'pg_ts_template'::regclass AS class, oid, tmplname AS name FROM pg_ts_template
    UNION ALL SELECT 'pg_ts_parser'::regclass, oid, prsname FROM pg_ts_parser
) AS t
WHERE t.oid >= 16384 AND NOT EXISTS (SELECT 1 FROM members m WHERE m.classid = t.class AND m.objid = t.oid)
UNION ALL
SELECT format('security label on %s %s', i.type, i.identity)
FROM pg_seclabel s CROSS JOIN LATERAL pg_identify_object(s.classoid, s.objoid, s.objsubid) AS i
UNION ALL
SELECT format('setting of the database%s: %s', ' for role ' || quote_ident(pg_get_userbyid(nullif(s.setrole, 0))), setting)
FROM pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) AS setting
WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
UNION ALL
SELECT format('rows of %s, a configuration table of extension %I', t.oid::oid::regclass, e.extname)
FROM pg_extension e CROSS JOIN LATERAL unnest(e.extconfig) AS t (oid)
UNION ALL
SELECT format('tablespace of %s: it is made in the default one of the target', c.oid::regclass) FROM pg_class c
WHERE c.reltablespace <> 0 AND c.oid >= 16384 AND c.relkind IN ('r', 'p', 'm', 'i', 'I')
UNION ALL
SELECT format('invalid index %s', i.indexrelid::regclass) FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
WHERE NOT i.indisvalid AND t.relkind IN ('r', 'm')
UNION ALL
SELECT format('oid column of table %s', c.oid::regclass)
FROM (VALUES (false)) AS absent (relhasoids) CROSS JOIN LATERAL (SELECT oid, relhasoids FROM pg_class) AS c
WHERE c.relhasoids AND c.oid >= 16384
ORDER BY 1;
