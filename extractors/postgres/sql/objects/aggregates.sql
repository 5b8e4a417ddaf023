-- Aggregates: plain, ordered-set, hypothetical-set, moving, parallel.
SELECT format('%s/%s', 'pg_proc'::regclass::oid, p.oid) AS key, NULL AS part, NULL AS on_table, 'before rows' AS moment,
    ARRAY[format('CREATE AGGREGATE %I.%I(%s) (%s)', n.nspname, p.proname,
        CASE WHEN pg_get_function_arguments(p.oid) = '' THEN '*' ELSE pg_get_function_arguments(p.oid) END,
        array_to_string(array_remove(ARRAY[
            'SFUNC = ' || g.aggtransfn::regproc,
            'STYPE = ' || format_type(g.aggtranstype, NULL),
            CASE WHEN g.aggtransspace <> 0 THEN 'SSPACE = ' || g.aggtransspace END,
            CASE WHEN g.aggfinalfn <> 0 THEN 'FINALFUNC = ' || g.aggfinalfn::regproc END,
            CASE WHEN g.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
            CASE g.aggfinalmodify WHEN defaults.modify THEN NULL WHEN 'r' THEN 'FINALFUNC_MODIFY = READ_ONLY'
                WHEN 's' THEN 'FINALFUNC_MODIFY = SHAREABLE' WHEN 'w' THEN 'FINALFUNC_MODIFY = READ_WRITE' END,
            CASE WHEN g.aggcombinefn <> 0 THEN 'COMBINEFUNC = ' || g.aggcombinefn::regproc END,
            CASE WHEN g.aggserialfn <> 0 THEN 'SERIALFUNC = ' || g.aggserialfn::regproc END,
            CASE WHEN g.aggdeserialfn <> 0 THEN 'DESERIALFUNC = ' || g.aggdeserialfn::regproc END,
            'INITCOND = ' || quote_literal(g.agginitval),
            CASE WHEN g.aggmtransfn <> 0 THEN 'MSFUNC = ' || g.aggmtransfn::regproc END,
            CASE WHEN g.aggminvtransfn <> 0 THEN 'MINVFUNC = ' || g.aggminvtransfn::regproc END,
            CASE WHEN g.aggmtranstype <> 0 THEN 'MSTYPE = ' || format_type(g.aggmtranstype, NULL) END,
            CASE WHEN g.aggmtransspace <> 0 THEN 'MSSPACE = ' || g.aggmtransspace END,
            CASE WHEN g.aggmfinalfn <> 0 THEN 'MFINALFUNC = ' || g.aggmfinalfn::regproc END,
            CASE WHEN g.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
            CASE WHEN g.aggmtransfn = 0 THEN NULL ELSE CASE g.aggmfinalmodify WHEN defaults.modify THEN NULL
                WHEN 'r' THEN 'MFINALFUNC_MODIFY = READ_ONLY' WHEN 's' THEN 'MFINALFUNC_MODIFY = SHAREABLE'
                WHEN 'w' THEN 'MFINALFUNC_MODIFY = READ_WRITE' END END,
            'MINITCOND = ' || quote_literal(g.aggminitval),
            CASE WHEN g.aggsortop <> 0 THEN format('SORTOP = OPERATOR(%I.%s)', sn.nspname, s.oprname) END,
            CASE WHEN g.aggkind = 'h' THEN 'HYPOTHETICAL' END,
            CASE p.proparallel WHEN 's' THEN 'PARALLEL = SAFE' WHEN 'r' THEN 'PARALLEL = RESTRICTED' END
        ], NULL), ', '))] AS statements,
    false AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM (VALUES (NULL::"char", NULL::"char")) AS absent (aggfinalmodify, aggmfinalmodify)
CROSS JOIN LATERAL (
    SELECT aggfnoid, aggkind, aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn,
        aggmfinalfn, aggfinalextra, aggmfinalextra, aggsortop, aggtranstype, aggtransspace, aggmtranstype, aggmtransspace,
        agginitval, aggminitval, aggfinalmodify, aggmfinalmodify
    FROM pg_aggregate
) AS g
JOIN pg_proc p ON p.oid = g.aggfnoid
JOIN pg_namespace n ON n.oid = p.pronamespace
LEFT JOIN pg_operator s ON s.oid = g.aggsortop
LEFT JOIN pg_namespace sn ON sn.oid = s.oprnamespace
CROSS JOIN LATERAL (SELECT CASE WHEN g.aggkind = 'n' THEN 'r'::"char" ELSE 'w'::"char" END AS modify) AS defaults
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
