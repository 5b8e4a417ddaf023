-- The stream's publications: what they publish, and of which other tables than these. "absent": what this version has not got.
SELECT p.pubname AS name,
    concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
        CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END) AS publish,
    to_json(ARRAY(
        SELECT r.prrelid::regclass::text FROM pg_publication_rel r
        WHERE r.prpubid = p.oid AND r.prrelid NOT IN (SELECT to_regclass(n) FROM unnest(:names::text[]) AS n WHERE to_regclass(n) IS NOT NULL)
        ORDER BY 1
    ))::text AS strangers
FROM (VALUES (false)) AS absent (pubtruncate)
CROSS JOIN LATERAL (SELECT oid, pubname, pubinsert, pubupdate, pubdelete, pubtruncate FROM pg_publication) AS p
WHERE p.pubname IN (:stream::text, :stream::text || '_insert');
