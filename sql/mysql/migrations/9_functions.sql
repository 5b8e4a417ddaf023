-- Waits until every living worker has read the word after this call began and obeys it: `reached` is YES, or NO after so
-- many seconds, and `missing` names who does not. It commits first: a change that is not committed is read by nobody, and
-- in a transaction that is older one would never see the answer.
DROP PROCEDURE IF EXISTS wait_for;
CREATE PROCEDURE wait_for(wanted VARCHAR(16), seconds DECIMAL(12, 3))
BEGIN
  DECLARE began DATETIME(6);
  DECLARE missing LONGTEXT;
  COMMIT;
  SET wanted = UPPER(wanted), began = UTC_TIMESTAMP(6);
  IF wanted NOT IN ('RUN', 'PAUSE', 'STOP') THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'wait for one of RUN, PAUSE, STOP';
  END IF;
  REPEAT
    DO SLEEP(CASE WHEN missing IS NULL THEN 0 ELSE 0.1 END);
    SELECT GROUP_CONCAT(w.who ORDER BY w.who SEPARATOR ', ') INTO missing
    FROM (
      SELECT CONCAT(k.worker, ' (', k.state, COALESCE(CONCAT(': ', k.why), ''), ')') AS who
      FROM wirekite_worker k
      WHERE k.lease_until > UTC_TIMESTAMP(6)
        AND NOT COALESCE(k.action_read = wanted AND k.action_read_at > began
          AND k.state = CASE wanted WHEN 'PAUSE' THEN 'PAUSED' WHEN 'STOP' THEN 'STOPPED' ELSE 'RUNNING' END, FALSE)
      UNION ALL
      SELECT CONCAT(k.worker, ' (DEAD, but its session ', k.target_session, ' is still open)')
      FROM wirekite_worker k JOIN information_schema.PROCESSLIST s ON s.ID = k.target_session
      WHERE k.lease_until <= UTC_TIMESTAMP(6) AND k.state <> 'STOPPED'
    ) w;
    COMMIT;
  UNTIL missing IS NULL OR UTC_TIMESTAMP(6) > began + INTERVAL seconds * 1000000 MICROSECOND END REPEAT;
  SELECT CASE WHEN missing IS NULL THEN 'YES' ELSE 'NO' END AS reached, missing;
END
