-- All that the catalogs say of a database's objects, one line each, without oids, files and statistics. Written for the
-- tests apart from what they test: it reads rows of catalogs whole, as JSON, and takes away what may differ.
WITH mine AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), relation AS (
    SELECT c.*, c.oid::regclass::text AS name FROM pg_class c JOIN mine ON mine.oid = c.relnamespace WHERE c.relkind <> 'c'
), acl (class, object, sub, acl) AS (
    SELECT 'pg_class'::regclass, oid, 0, relacl FROM relation
    UNION ALL SELECT 'pg_class'::regclass, attrelid, attnum, attacl FROM pg_attribute JOIN relation ON relation.oid = attrelid WHERE NOT attisdropped
    UNION ALL SELECT 'pg_proc'::regclass, p.oid, 0, proacl FROM pg_proc p JOIN mine ON mine.oid = pronamespace
    UNION ALL SELECT 'pg_type'::regclass, t.oid, 0, typacl FROM pg_type t JOIN mine ON mine.oid = typnamespace
    UNION ALL SELECT 'pg_namespace'::regclass, n.oid, 0, nspacl FROM pg_namespace n JOIN mine USING (oid)
), line (kind, line) AS (
    SELECT 'relation', name || ' ' || (to_jsonb(relation) - '{oid,name,relnamespace,reltype,reloftype,relowner,relam,relfilenode,reltablespace,relpages,reltuples,relallvisible,relallfrozen,reltoastrelid,relrewrite,relfrozenxid,relminmxid,relacl,relpartbound,relnatts,relhasindex,relhassubclass,relhastriggers,relhasoids,relhaspkey}'::text[])::text
        || relowner::regrole || coalesce(am.amname, '') || reloftype::regtype || coalesce(pg_get_expr(relpartbound, relation.oid), '')
        || coalesce(CASE relkind WHEN 'p' THEN pg_get_partkeydef(relation.oid) WHEN 'v' THEN pg_get_viewdef(relation.oid) WHEN 'm' THEN pg_get_viewdef(relation.oid) END, '')
        || coalesce((SELECT t.reloptions::text FROM pg_class t WHERE t.oid = relation.reltoastrelid), '')
    FROM relation LEFT JOIN pg_am am ON am.oid = relam
    UNION ALL
    SELECT 'column', r.name || '.' || attname || ' ' || row_number() OVER (PARTITION BY attrelid ORDER BY attnum) || format_type(atttypid, atttypmod) || attcollation::regcollation
        || (to_jsonb(a) - '{attrelid,attname,atttypid,attnum,attcollation,attacl,attmissingval,atthasmissing,attcacheoff,attbyval,attalign}'::text[])::text || coalesce(pg_get_expr(adbin, adrelid), '')
    FROM pg_attribute a JOIN relation r ON r.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT 'constraint', format('%s on %s%s %s ', conname, conrelid::regclass, contypid::regtype, pg_get_constraintdef(k.oid))
        || jsonb_build_object('t', contype, 'v', convalidated, 'd', condeferrable, 'l', conislocal, 'i', coninhcount, 'n', connoinherit AND contype NOT IN ('p', 'u', 'x'), 'root', conparentid = 0)
        || coalesce((SELECT i.reloptions::text FROM pg_class i WHERE i.oid = conindid AND contype IN ('p', 'u', 'x')), '')
    FROM pg_constraint k JOIN mine ON mine.oid = connamespace
    UNION ALL
    SELECT 'index', pg_get_indexdef(indexrelid) || (to_jsonb(i) - '{indexrelid,indrelid,indkey,indcollation,indclass,indexprs,indpred,indcheckxmin}'::text[])::text
    FROM pg_index i JOIN relation ON relation.oid = indexrelid
    UNION ALL
    SELECT 'inherits', format('%s %s %s', inhrelid::regclass, inhparent::regclass, inhseqno) FROM pg_inherits JOIN relation ON relation.oid = inhrelid
    UNION ALL
    SELECT 'schema', nspname || ' ' || nspowner::regrole FROM pg_namespace JOIN mine USING (oid, nspname)
    UNION ALL
    SELECT 'acl', format('%s %s', pg_describe_object(class, object, sub), (SELECT array_agg(format('%s=%s %s', grantee, privilege_type, is_grantable) ORDER BY grantee::regrole::text, privilege_type) FROM (
        SELECT x.grantee::regrole, x.privilege_type, x.is_grantable FROM aclexplode(acl) AS x) AS x))
    FROM acl WHERE acl IS NOT NULL
    UNION ALL
    SELECT 'default acl', format('%s %s %s %s', defaclrole::regrole, mine.nspname, defaclobjtype, defaclacl)
    FROM pg_default_acl LEFT JOIN mine ON mine.oid = defaclnamespace
    UNION ALL
    SELECT 'type', format('%s %s %s %s %s %s %s', t.oid::regtype, typtype, typowner::regrole, typnotnull, format_type(typbasetype, typtypmod), typdefault, typcollation::regcollation)
        || coalesce((SELECT array_agg(enumlabel::text ORDER BY enumsortorder)::text FROM pg_enum WHERE enumtypid = t.oid), '')
        || coalesce((SELECT array_agg(attname || format_type(atttypid, atttypmod) || attcollation::regcollation ORDER BY attnum)::text
            FROM pg_attribute WHERE attrelid = typrelid AND typtype = 'c' AND attnum > 0 AND NOT attisdropped AND typrelid NOT IN (SELECT oid FROM relation)), '')
        || coalesce((SELECT format('%s %s %s', rngsubtype::regtype, rngsubdiff, rngmultitypid::regtype) FROM pg_range WHERE rngtypid = t.oid), '')
    FROM pg_type t JOIN mine ON mine.oid = typnamespace
    UNION ALL
    SELECT 'function', CASE WHEN prokind = 'a' THEN p.oid::regprocedure::text || (to_jsonb(g) - '{aggfnoid,aggsortop,aggtranstype,aggmtranstype}'::text[])::text
        || g.aggtranstype::regtype || pg_get_function_arguments(p.oid) || p.proparallel::text ELSE pg_get_functiondef(p.oid) END || proowner::regrole
    FROM pg_proc p JOIN mine ON mine.oid = pronamespace LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid
    UNION ALL
    SELECT 'operator', format('%s %s %s %s %s %s %s %s %s', o.oid::regoperator, oprowner::regrole, oprcom::regoperator, oprnegate::regoperator, oprcode, oprrest, oprjoin, oprcanhash, oprcanmerge)
    FROM pg_operator o JOIN mine ON mine.oid = oprnamespace
    UNION ALL
    SELECT 'operator class', format('%s %s %s %s %s %s', opcname, opcdefault, opcintype::regtype, opckeytype::regtype, opfname, opcowner::regrole)
    FROM pg_opclass c JOIN mine ON mine.oid = opcnamespace JOIN pg_opfamily f ON f.oid = opcfamily
    UNION ALL
    SELECT 'operator family', format('%s %s %s', pg_describe_object('pg_opfamily'::regclass, f.oid, 0), opfowner::regrole, ARRAY(
        SELECT format('%s %s %s %s', amopstrategy, amopopr::regoperator, amoplefttype::regtype, amoprighttype::regtype) FROM pg_amop WHERE amopfamily = f.oid
        UNION ALL SELECT format('f %s %s %s %s', amprocnum, amproc::regprocedure, amproclefttype::regtype, amprocrighttype::regtype) FROM pg_amproc WHERE amprocfamily = f.oid ORDER BY 1))
    FROM pg_opfamily f JOIN mine ON mine.oid = opfnamespace
    UNION ALL
    SELECT 'cast', format('%s %s %s %s %s', castsource::regtype, casttarget::regtype, castfunc::regprocedure, castcontext, castmethod) FROM pg_cast WHERE oid >= 16384
    UNION ALL
    SELECT 'collation', (to_jsonb(c) - '{oid,collnamespace,collowner,collversion,collencoding}'::text[])::text || nspname || collowner::regrole FROM pg_collation c JOIN mine ON mine.oid = collnamespace
    UNION ALL
    SELECT 'dictionary', format('%s %s %s %s', d.oid::regdictionary, dicttemplate = (SELECT oid FROM pg_ts_template WHERE tmplname = 'simple'), dictinitoption, dictowner::regrole)
    FROM pg_ts_dict d JOIN mine ON mine.oid = dictnamespace
    UNION ALL
    SELECT 'configuration', format('%s %s %s', c.oid::regconfig, cfgowner::regrole, ARRAY(
        SELECT format('%s %s %s', maptokentype, mapseqno, mapdict::regdictionary) FROM pg_ts_config_map WHERE mapcfg = c.oid ORDER BY maptokentype, mapseqno))
    FROM pg_ts_config c JOIN mine ON mine.oid = cfgnamespace
    UNION ALL
    SELECT 'trigger', format('%s %s %s %s %s', tgrelid::regclass, pg_get_triggerdef(t.oid), tgenabled, tgparentid = 0, tgdeferrable)
    FROM pg_trigger t JOIN relation ON relation.oid = tgrelid WHERE NOT tgisinternal
    UNION ALL
    SELECT 'rule', pg_get_ruledef(r.oid) || ev_enabled::text FROM pg_rewrite r JOIN relation ON relation.oid = ev_class
    UNION ALL
    SELECT 'policy', format('%s %s %s %s %s %s %s', polname, polrelid::regclass, polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
    FROM pg_policy
    UNION ALL
    SELECT 'statistics', pg_get_statisticsobjdef(oid) || stxowner::regrole || (to_jsonb(s) ->> 'stxstattarget') FROM pg_statistic_ext s
    UNION ALL
    SELECT 'event trigger', format('%s %s %s %s %s', evtname, evtevent, evtfoid::regproc, evtenabled, evttags) FROM pg_event_trigger
    UNION ALL
    SELECT 'sequence', format('%s %s %s', seqrelid::regclass, (to_jsonb(s) - '{seqrelid,seqtypid}'::text[]), seqtypid::regtype)
        || coalesce((SELECT pg_describe_object(refclassid, refobjid, refobjsubid) || deptype::text FROM pg_depend
            WHERE classid = 'pg_class'::regclass AND objid = seqrelid AND deptype IN ('a', 'i')), '')
    FROM pg_sequence s
    UNION ALL
    SELECT 'comment', format('%s: %s', pg_describe_object(classoid, objoid, objsubid), description)
    FROM pg_description WHERE objoid >= 16384
    UNION ALL
    SELECT 'extension', format('%s %s %s', extname, extnamespace::regnamespace, extversion) FROM pg_extension
)
SELECT kind || ': ' || line AS line FROM line ORDER BY 1
