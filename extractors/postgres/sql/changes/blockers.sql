-- Whose transactions a session waits for. A prepared one has no session.
SELECT CASE WHEN b.pid = 0 THEN 'a prepared transaction (SELECT * FROM pg_prepared_xacts)'
            ELSE format('pid %s (%s) since %s', b.pid,
                concat_ws(', ', nullif(a.application_name, ''), a.usename), to_char(a.xact_start, 'YYYY-MM-DD HH24:MI:SSOF')) END AS who
FROM unnest(pg_blocking_pids(:pid::int)) AS b (pid)
LEFT JOIN pg_stat_activity a ON a.pid = b.pid
ORDER BY b.pid;
