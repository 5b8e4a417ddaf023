-- Text search dictionaries.
SELECT format('%s/%s', 'pg_ts_dict'::regclass::oid, d.oid) AS key, NULL AS part, NULL AS on_table, 'before rows' AS moment,
    ARRAY[format('CREATE TEXT SEARCH DICTIONARY %I.%I (TEMPLATE = %I.%I%s)', n.nspname, d.dictname, tn.nspname, t.tmplname,
        ', ' || d.dictinitoption)] AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_ts_dict d
JOIN pg_namespace n ON n.oid = d.dictnamespace
JOIN pg_ts_template t ON t.oid = d.dicttemplate
JOIN pg_namespace tn ON tn.oid = t.tmplnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
