-- The columns of a table that changes are applied to. type: without modifiers, and what is below a domain, so that a
-- column of it takes every value that the table has. stored: the same with them. equals: the operator of a unique index on the column, else of the
-- type. root: the partitioned table above all others; the table itself if it is no partition. A table
-- without columns is one row, without a name.
WITH RECURSIVE the_table AS (
  SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = :schema AND c.relname = :name AND c.relkind IN ('r', 'p')
), above (oid, steps) AS (
  SELECT oid, 0 FROM the_table
  UNION ALL
  SELECT i.inhparent, a.steps + 1
  FROM above a JOIN pg_class c ON c.oid = a.oid AND c.relispartition JOIN pg_inherits i ON i.inhrelid = c.oid
), below (attnum, name, type, modifier, typtype, typbasetype, typtypmod) AS (
  SELECT a.attnum, a.attname, t.oid, a.atttypmod, t.typtype, t.typbasetype, t.typtypmod
  FROM the_table r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
  UNION ALL
  SELECT b.attnum, b.name, t.oid, b.typtypmod, t.typtype, t.typbasetype, t.typtypmod
  FROM below b JOIN pg_type t ON t.oid = b.typbasetype
  WHERE b.typtype = 'd'
), equality AS (
  SELECT c.oid AS opclass, c.opcintype, c.opcdefault,
         format('OPERATOR(%I.%s)', n.nspname, o.oprname) AS equals
  FROM pg_opclass c JOIN pg_am m ON m.oid = c.opcmethod AND m.amname = 'btree'
  JOIN pg_amop p ON p.amopfamily = c.opcfamily AND p.amopstrategy = 3
    AND p.amoplefttype = c.opcintype AND p.amoprighttype = c.opcintype
  JOIN pg_operator o ON o.oid = p.amopopr JOIN pg_namespace n ON n.oid = o.oprnamespace
), indexed AS (
  SELECT DISTINCT ON (k.attnum) k.attnum, e.equals
  FROM the_table r JOIN pg_index i ON i.indrelid = r.oid AND i.indisunique
  CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indclass::oid[]) AS k (attnum, opclass)
  JOIN equality e ON e.opclass = k.opclass
  ORDER BY k.attnum, i.indisprimary DESC
)
SELECT b.name, format_type(b.type, -1) AS type, format_type(b.type, b.modifier) AS stored,
       COALESCE(i.equals, e.equals, 'OPERATOR(pg_catalog.=)') AS equals,
       (SELECT oid FROM above ORDER BY steps DESC LIMIT 1) AS root
FROM the_table r LEFT JOIN below b ON b.typtype <> 'd'
LEFT JOIN indexed i ON i.attnum = b.attnum
LEFT JOIN equality e ON e.opcintype = b.type AND e.opcdefault
ORDER BY b.attnum;
