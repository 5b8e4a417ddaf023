-- Changes whenever the catalogs do that concern tables and their rows. What is only counted (VACUUM, ANALYZE, storage) does not.
WITH tables AS (
    SELECT c.oid, c.relname, c.relnamespace, c.relkind, c.relpersistence, c.relreplident
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
), facts (kind, a, b, fact) AS (
    SELECT 1, t.oid, 0, concat_ws(' ', t.relname, t.relnamespace, t.relkind, t.relpersistence, t.relreplident) FROM tables t
    UNION ALL
    SELECT 2, a.attrelid, a.attnum, concat_ws(' ', a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attisdropped)
    FROM pg_attribute a JOIN tables t ON t.oid = a.attrelid WHERE a.attnum > 0
    UNION ALL
    SELECT 3, d.adrelid, d.adnum, d.xmin::text FROM pg_attrdef d JOIN tables t ON t.oid = d.adrelid
    UNION ALL
    SELECT 4, k.oid, 0, concat_ws(' ', k.xmin, k.conname) FROM pg_constraint k WHERE k.conrelid IN (SELECT oid FROM tables)
    UNION ALL
    SELECT 5, i.indexrelid, 0, concat_ws(' ', i.indrelid, i.indisvalid, i.indisreplident, i.indisunique)
    FROM pg_index i JOIN tables t ON t.oid = i.indrelid
    UNION ALL
    SELECT 6, e.oid, 0, concat_ws(' ', e.enumtypid, e.enumlabel, e.enumsortorder) FROM pg_enum e
    UNION ALL
    SELECT 7, h.inhrelid, h.inhseqno, concat_ws(' ', h.inhparent, h.xmin) FROM pg_inherits h
    UNION ALL
    SELECT 8, r.prrelid, r.prpubid::int, r.oid::text
    FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid WHERE p.pubname IN (:stream::text, :stream::text || '_insert')
    UNION ALL
    SELECT 9, p.oid, 0, p.xmin::text FROM pg_publication p WHERE p.pubname IN (:stream::text, :stream::text || '_insert')
    UNION ALL
    SELECT 10, n.oid, 0, n.nspname FROM pg_namespace n WHERE n.nspname !~ '^pg_'
    UNION ALL
    SELECT 11, t.oid, 0, concat_ws(' ', t.typname, t.typnamespace) FROM pg_type t WHERE t.oid >= 16384 AND t.typtype IN ('e', 'd', 'r')
)
SELECT md5(string_agg(concat_ws('/', kind, a, b, fact), ',' ORDER BY kind, a, b)) AS fingerprint FROM facts;
