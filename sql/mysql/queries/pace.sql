-- name: read_pace
-- Processes that live, by what they move; and busy threads but for our own.
SELECT COUNT(DISTINCT CASE WHEN role = 'extract' THEN CONCAT(host, ' ', pid) END) AS readers,
  COUNT(DISTINCT CASE WHEN role IN ('load', 'follow') THEN CONCAT(host, ' ', pid) END) AS writers,
  GREATEST(0, (SELECT /*M! (SELECT CAST(VARIABLE_VALUE AS SIGNED) FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'THREADS_RUNNING') - */
    /*!80000 (SELECT CAST(VARIABLE_VALUE AS SIGNED) FROM performance_schema.global_status WHERE VARIABLE_NAME = 'Threads_running') - */
    COUNT(*) FROM information_schema.PROCESSLIST s JOIN wirekite_worker k ON k.target_session = s.ID WHERE s.COMMAND <> 'Sleep') - 1) AS busy
FROM wirekite_worker WHERE lease_until > UTC_TIMESTAMP(6)

-- name: find_blockers
-- Only who may see all processes is told.
SELECT /*M! w.trx_mysql_thread_id AS session, CONCAT('session ', b.trx_mysql_thread_id, COALESCE(CONCAT(' (', LEFT(b.trx_query, 80), ')'), '')) AS blocked_by
FROM information_schema.INNODB_LOCK_WAITS l JOIN information_schema.INNODB_TRX w ON w.trx_id = l.requesting_trx_id
  JOIN information_schema.INNODB_TRX b ON b.trx_id = l.blocking_trx_id
WHERE JSON_CONTAINS(:sessions, JSON_QUOTE(CAST(w.trx_mysql_thread_id AS CHAR))) */
/*!80000 w.trx_mysql_thread_id AS session, CONCAT('session ', b.trx_mysql_thread_id, COALESCE(CONCAT(' (', LEFT(b.trx_query, 80), ')'), '')) AS blocked_by
FROM performance_schema.data_lock_waits l JOIN information_schema.INNODB_TRX w ON w.trx_id = l.REQUESTING_ENGINE_TRANSACTION_ID
  JOIN information_schema.INNODB_TRX b ON b.trx_id = l.BLOCKING_ENGINE_TRANSACTION_ID
WHERE JSON_CONTAINS(:sessions, JSON_QUOTE(CAST(w.trx_mysql_thread_id AS CHAR))) */
