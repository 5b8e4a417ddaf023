-- As 11_guards: what needs the right to create triggers. The log can only grow; what is older than history_days goes by itself.
DROP TRIGGER IF EXISTS load_run_log_update;
CREATE TRIGGER load_run_log_update BEFORE UPDATE ON load_run_log FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'load_run_log only grows: nothing in it is changed';

DROP TRIGGER IF EXISTS load_run_log_delete;
CREATE TRIGGER load_run_log_delete BEFORE DELETE ON load_run_log FOR EACH ROW
BEGIN
  DECLARE days INT DEFAULT COALESCE((SELECT CAST(value AS SIGNED) FROM wirekite_setting WHERE name = 'history_days'), 90);
  IF OLD.finished_at >= UTC_TIMESTAMP(6) - INTERVAL days DAY THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'load_run_log only grows: rows go by themselves after history_days (a setting)';
  END IF;
END
