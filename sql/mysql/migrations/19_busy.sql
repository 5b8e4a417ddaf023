-- How long a worker has been at work, of the time since started_at: what utilisation is counted from.
-- A column that is there already was made before this migration was interrupted.
DROP PROCEDURE IF EXISTS wirekite_widen;
CREATE PROCEDURE wirekite_widen()
BEGIN
  DECLARE CONTINUE HANDLER FOR 1060 BEGIN END;
  ALTER TABLE wirekite_worker ADD COLUMN busy_seconds DOUBLE NOT NULL DEFAULT 0;
END;
CALL wirekite_widen();
DROP PROCEDURE wirekite_widen;
