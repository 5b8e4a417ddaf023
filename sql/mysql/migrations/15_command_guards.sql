-- As 11_guards: what needs the right to create triggers. A word that nobody obeys is refused at once, and its row says so: a
-- warning of a trigger reaches nobody. All else is judged by the coordinator, who judges everything where there are no triggers.
DROP TRIGGER IF EXISTS wirekite_command_before;
CREATE TRIGGER wirekite_command_before BEFORE INSERT ON wirekite_command FOR EACH ROW
BEGIN
  SET NEW.action = UPPER(TRIM(NEW.action)), NEW.scope = COALESCE(NULLIF(TRIM(NEW.scope), ''), '*');
  SET NEW.result = CASE
    WHEN NEW.action IN ('PAUSE', 'RUN', 'STOP', 'RELOAD', 'ADD', 'SKIP', 'RETRY', 'THROTTLE', 'CHECKPOINT', 'CUTOVER') THEN NULL
    WHEN NEW.action = 'RESET' THEN 'nobody would be alive to obey it: set wirekite_action to STOP, then call the routine reset'
    WHEN NEW.action IN ('VALIDATE', 'REPAIR') THEN CONCAT('this version does not obey ', NEW.action, ' yet')
    ELSE CONCAT('this version has no command ', QUOTE(NEW.action),
      ': it obeys PAUSE, RUN, STOP, RELOAD, ADD, SKIP, RETRY, THROTTLE, CHECKPOINT and CUTOVER') END;
  IF NEW.result IS NOT NULL THEN
    SET NEW.state = 'REFUSED', NEW.ended_at = UTC_TIMESTAMP(6);
  END IF;
END;

-- The history can only grow; what is older than history_days goes by itself.
DROP TRIGGER IF EXISTS wirekite_history_update;
CREATE TRIGGER wirekite_history_update BEFORE UPDATE ON wirekite_history FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'wirekite_history only grows: nothing in it is changed';

DROP TRIGGER IF EXISTS wirekite_history_delete;
CREATE TRIGGER wirekite_history_delete BEFORE DELETE ON wirekite_history FOR EACH ROW
BEGIN
  DECLARE days INT DEFAULT COALESCE((SELECT CAST(value AS SIGNED) FROM wirekite_setting WHERE name = 'history_days'), 90);
  IF OLD.changed_at >= UTC_TIMESTAMP(6) - INTERVAL days DAY THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'wirekite_history only grows: rows go by themselves after history_days (a setting)';
  END IF;
END;

DROP TRIGGER IF EXISTS wirekite_table_changed;
CREATE TRIGGER wirekite_table_changed AFTER UPDATE ON wirekite_table FOR EACH ROW
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
  IF (NEW.priority, NEW.business_value, NEW.risk_score, NEW.critical)
      <> (OLD.priority, OLD.business_value, OLD.risk_score, OLD.critical) THEN
    INSERT INTO wirekite_history (object, row_key, column_name, old_value, new_value)
    SELECT 'wirekite_table', NEW.table_name, c.name, c.was, c.is_now
    FROM (SELECT 'priority' AS name, OLD.priority AS was, NEW.priority AS is_now
      UNION ALL SELECT 'business_value', OLD.business_value, NEW.business_value
      UNION ALL SELECT 'risk_score', OLD.risk_score, NEW.risk_score
      UNION ALL SELECT 'critical', OLD.critical, NEW.critical) c
    WHERE c.was <> c.is_now;
  END IF;
END
