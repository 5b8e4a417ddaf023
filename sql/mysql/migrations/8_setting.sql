-- What may be changed while running. `value` is in force; what the file says stands beside it, so that NULL returns to it.
CREATE TABLE IF NOT EXISTS wirekite_setting (
  name VARCHAR(64) NOT NULL PRIMARY KEY,
  value LONGTEXT,
  default_value LONGTEXT,
  kind VARCHAR(16) NOT NULL CHECK (kind IN ('integer', 'number', 'word', 'fixed')),
  unit VARCHAR(64),
  min_value DECIMAL(38, 9),
  max_value DECIMAL(38, 9),
  allowed LONGTEXT,
  meaning LONGTEXT NOT NULL,
  set_by VARCHAR(320) NOT NULL DEFAULT 'default',
  updated_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  applied_at DATETIME(6),
  file_value LONGTEXT
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

DROP PROCEDURE IF EXISTS wirekite_setting_check;
CREATE PROCEDURE wirekite_setting_check(name VARCHAR(64), kind VARCHAR(16), unit VARCHAR(64), min_value DECIMAL(38, 9),
  max_value DECIMAL(38, 9), allowed LONGTEXT, given LONGTEXT)
BEGIN
  DECLARE told VARCHAR(1000);
  DECLARE fits INT DEFAULT CASE kind WHEN 'integer' THEN given REGEXP '^-?[0-9]{1,18}$'
    WHEN 'number' THEN given REGEXP '^-?[0-9]{1,18}([.][0-9]{1,9})?$' ELSE allowed IS NULL OR FIND_IN_SET(given, allowed) > 0 END;
  IF kind IN ('integer', 'number') AND fits THEN
    SET fits = CAST(given AS DECIMAL(38, 9)) BETWEEN COALESCE(min_value, CAST(given AS DECIMAL(38, 9)))
      AND COALESCE(max_value, CAST(given AS DECIMAL(38, 9)));
  END IF;
  IF NOT fits THEN
    SET told = LEFT(CONCAT('setting ', name, ' is ',
      CASE kind WHEN 'integer' THEN 'a whole number' WHEN 'number' THEN 'a number' ELSE CONCAT('one of ', allowed) END,
      COALESCE(CONCAT(' from ', TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM min_value)),
        ' to ', TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM max_value))), ''),
      COALESCE(CONCAT(' (', unit, ')'), ''), ', not ', QUOTE(given)), 128);
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = told;
  END IF;
END
