-- Event triggers. They need a superuser (or, from 16, their owner's right), so they are optional.
SELECT format('%s/%s', 'pg_event_trigger'::regclass::oid, e.oid) AS key, NULL AS part, NULL AS on_table,
    'at cutover' AS moment,
    ARRAY[format('CREATE EVENT TRIGGER %I ON %s%s EXECUTE PROCEDURE %s()', e.evtname, e.evtevent,
        ' WHEN TAG IN (' || (SELECT string_agg(quote_literal(tag), ', ') FROM unnest(e.evttags) AS tag) || ')',
        e.evtfoid::regproc)]
    || CASE e.evtenabled WHEN 'O' THEN '{}' ELSE ARRAY[format('ALTER EVENT TRIGGER %I %s', e.evtname,
        CASE e.evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END)] END AS statements,
    ARRAY[format('DROP EVENT TRIGGER IF EXISTS %I', e.evtname)] AS undo,
    true AS optional, '{}'::text[] AS needs, '{}'::text[] AS after
FROM pg_event_trigger e;
