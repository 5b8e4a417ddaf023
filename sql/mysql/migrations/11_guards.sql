-- Everything that needs the right to create triggers, and nothing else: where the login has none, this file alone is left
-- out, and the reader of the action is the only guard. A history that fails must never stop a PAUSE.
DROP TRIGGER IF EXISTS wirekite_action_insert;
CREATE TRIGGER wirekite_action_insert BEFORE INSERT ON wirekite_action FOR EACH ROW
BEGIN
  IF EXISTS (SELECT 1 FROM wirekite_action) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'duplicate: wirekite_action always has one row, UPDATE it to RUN, PAUSE or STOP';
  END IF;
  SET NEW.action = UPPER(REGEXP_REPLACE(NEW.action, '^[ \t\r\n]+|[ \t\r\n]+$', ''));
END;

DROP TRIGGER IF EXISTS wirekite_action_update;
CREATE TRIGGER wirekite_action_update BEFORE UPDATE ON wirekite_action FOR EACH ROW
BEGIN
  DECLARE told VARCHAR(128);
  SET NEW.action = UPPER(REGEXP_REPLACE(NEW.action, '^[ \t\r\n]+|[ \t\r\n]+$', ''));
  IF NOT COALESCE(NEW.action IN ('RUN', 'PAUSE', 'STOP'), FALSE) THEN
    SET told = CONCAT('action ', QUOTE(NEW.action), ' is not one of RUN, PAUSE, STOP');
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = told;
  END IF;
END;

DROP TRIGGER IF EXISTS wirekite_action_delete;
CREATE TRIGGER wirekite_action_delete BEFORE DELETE ON wirekite_action FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'wirekite_action always has one row: UPDATE it to RUN, PAUSE or STOP';

DROP TRIGGER IF EXISTS wirekite_action_made;
CREATE TRIGGER wirekite_action_made AFTER INSERT ON wirekite_action FOR EACH ROW
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
  INSERT INTO wirekite_history (object, column_name, new_value) VALUES ('wirekite_action', 'action', NEW.action);
END;

DROP TRIGGER IF EXISTS wirekite_action_changed;
CREATE TRIGGER wirekite_action_changed AFTER UPDATE ON wirekite_action FOR EACH ROW
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
  IF NEW.action <> OLD.action THEN
    INSERT INTO wirekite_history (object, column_name, old_value, new_value)
    VALUES ('wirekite_action', 'action', OLD.action, NEW.action);
  END IF;
END;

DROP TRIGGER IF EXISTS wirekite_table_changed;
CREATE TRIGGER wirekite_table_changed AFTER UPDATE ON wirekite_table FOR EACH ROW
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
  IF NEW.priority <> OLD.priority THEN
    INSERT INTO wirekite_history (object, row_key, column_name, old_value, new_value)
    VALUES ('wirekite_table', NEW.table_name, 'priority', OLD.priority, NEW.priority);
  END IF;
END;

DROP TRIGGER IF EXISTS wirekite_setting_insert;
CREATE TRIGGER wirekite_setting_insert BEFORE INSERT ON wirekite_setting FOR EACH ROW
BEGIN
  SET NEW.value = TRIM(COALESCE(NEW.file_value, NEW.default_value)),
    NEW.set_by = CASE WHEN NEW.file_value IS NULL THEN 'default' ELSE 'file' END;
  CALL wirekite_setting_check(NEW.name, NEW.kind, NEW.unit, NEW.min_value, NEW.max_value, NEW.allowed, NEW.value);
END;

-- openkite sets `file_value` or `applied_at`: an UPDATE that changes neither sets `value`, be it to what it was.
DROP TRIGGER IF EXISTS wirekite_setting_update;
CREATE TRIGGER wirekite_setting_update BEFORE UPDATE ON wirekite_setting FOR EACH ROW
BEGIN
  DECLARE by_file INT DEFAULT NOT (NEW.file_value <=> OLD.file_value);
  DECLARE told VARCHAR(128);
  IF by_file OR NEW.applied_at <=> OLD.applied_at THEN
    IF NOT by_file AND NEW.kind = 'fixed' THEN
      SET told = CONCAT('setting ', NEW.name, ' says what this control schema belongs to: it cannot be changed');
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = told;
    ELSEIF NOT by_file AND NEW.value IS NOT NULL THEN
      SET NEW.set_by = CONCAT('sql:', USER());
    ELSEIF NOT by_file OR NEW.set_by NOT LIKE 'sql:%' THEN
      SET NEW.value = COALESCE(NEW.file_value, NEW.default_value),
        NEW.set_by = CASE WHEN NEW.file_value IS NULL THEN 'default' ELSE 'file' END;
    END IF;
    SET NEW.value = TRIM(NEW.value), NEW.updated_at = UTC_TIMESTAMP(6);
    CALL wirekite_setting_check(NEW.name, NEW.kind, NEW.unit, NEW.min_value, NEW.max_value, NEW.allowed, NEW.value);
  END IF;
END;

DROP TRIGGER IF EXISTS wirekite_setting_made;
CREATE TRIGGER wirekite_setting_made AFTER INSERT ON wirekite_setting FOR EACH ROW
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
  INSERT INTO wirekite_history (object, row_key, column_name, new_value) VALUES ('wirekite_setting', NEW.name, 'value', NEW.value);
END;

DROP TRIGGER IF EXISTS wirekite_setting_changed;
CREATE TRIGGER wirekite_setting_changed AFTER UPDATE ON wirekite_setting FOR EACH ROW
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
  IF NOT (NEW.value <=> OLD.value) THEN
    INSERT INTO wirekite_history (object, row_key, column_name, old_value, new_value)
    VALUES ('wirekite_setting', NEW.name, 'value', OLD.value, NEW.value);
  END IF;
END;

DROP TRIGGER IF EXISTS wirekite_error_resolved;
CREATE TRIGGER wirekite_error_resolved BEFORE UPDATE ON wirekite_error FOR EACH ROW
BEGIN
  DECLARE told VARCHAR(128);
  IF NOT (NEW.resolution <=> OLD.resolution) THEN
    SET NEW.resolution = UPPER(TRIM(NEW.resolution));
    IF NEW.resolution NOT IN ('SKIP', 'RELOAD') THEN
      SET told = CONCAT('resolution ', QUOTE(NEW.resolution), ' is not obeyed by this version: mend the row by hand and set SKIP');
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = told;
    END IF;
    SET NEW.author = CASE WHEN NEW.resolution IS NOT NULL THEN USER() END,
      NEW.resolved_at = CASE WHEN NEW.resolution IS NOT NULL THEN UTC_TIMESTAMP(6) END;
    UPDATE wirekite_table SET errors_escalated = errors_escalated + (NEW.resolution IS NULL) - (OLD.resolution IS NULL)
    WHERE table_name = NEW.table_name;
  END IF;
END;

DROP TRIGGER IF EXISTS wirekite_error_recorded;
CREATE TRIGGER wirekite_error_recorded AFTER UPDATE ON wirekite_error FOR EACH ROW
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
  IF NOT (NEW.resolution <=> OLD.resolution) THEN
    INSERT INTO wirekite_history (object, row_key, column_name, old_value, new_value)
    VALUES ('wirekite_error', NEW.error_id, 'resolution', OLD.resolution, NEW.resolution);
  END IF;
END
