-- Of each table: whether the log says by what its rows are found, and which of the stream's publications have it.
-- A deferrable key is none: for a moment two rows may have it. From version 18 on, a table with generated columns that are
-- not published refuses updates under REPLICA IDENTITY FULL. "absent": what this version has not got.
SELECT n.name,
    c.relpersistence = 'u' AS unlogged,
    narrow.it AS narrow,
    CASE c.relreplident
        WHEN 'f' THEN NOT narrow.it
        WHEN 'n' THEN false
        WHEN 'i' THEN EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident AND i.indisvalid)
        ELSE EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indimmediate AND i.indisvalid)
    END AS usable,
    EXISTS (
        SELECT 1 FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
        WHERE r.prrelid = c.oid AND p.pubname = :stream::text
    ) AS whole,
    EXISTS (
        SELECT 1 FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
        WHERE r.prrelid = c.oid AND p.pubname = :stream::text || '_insert'
    ) AS inserts
FROM unnest(:names::text[]) WITH ORDINALITY AS n (name, place)
JOIN pg_class c ON c.oid = to_regclass(n.name)
CROSS JOIN LATERAL (
    SELECT current_setting('server_version_num')::int >= 180000 AND EXISTS (
        SELECT 1
        FROM (VALUES (''::"char")) AS absent (attgenerated)
        CROSS JOIN LATERAL (SELECT attrelid, attgenerated FROM pg_attribute) AS a
        WHERE a.attrelid = c.oid AND a.attgenerated <> ''
    ) AS it
) AS narrow
ORDER BY n.place;
