-- Tables with triggers, as statements write them.
SELECT CONCAT('`', REPLACE(EVENT_OBJECT_SCHEMA, '`', '``'), '`.`', REPLACE(EVENT_OBJECT_TABLE, '`', '``'), '`') AS place
FROM information_schema.TRIGGERS
ORDER BY 1
