-- Of each table: whether the log says by what its rows are found, and which of the stream's publications have it.
-- A deferrable key is none: for a moment two rows may have it.
SELECT n.name,
    c.relpersistence = 'u' AS unlogged,
    CASE c.relreplident
        WHEN 'f' THEN true
        WHEN 'n' THEN false
        WHEN 'i' THEN EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident AND i.indisvalid)
        ELSE EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indimmediate AND i.indisvalid)
    END AS usable,
    EXISTS (
        SELECT 1 FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
        WHERE r.prrelid = c.oid AND p.pubname = :stream
    ) AS whole,
    EXISTS (
        SELECT 1 FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
        WHERE r.prrelid = c.oid AND p.pubname = :stream || '_insert'
    ) AS inserts
FROM unnest(:names::text[]) WITH ORDINALITY AS n (name, place)
JOIN pg_class c ON c.oid = to_regclass(n.name)
ORDER BY n.place;
