-- One row is a column that is moved: what it becomes, and the operator's expression for its values.
CREATE TABLE IF NOT EXISTS wirekite_column (
  table_name VARCHAR(320) NOT NULL,
  column_name VARCHAR(320) NOT NULL,
  source_type LONGTEXT NOT NULL,
  target_type LONGTEXT NOT NULL,
  refuses LONGTEXT,
  loses LONGTEXT,
  expression LONGTEXT,
  updated_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  PRIMARY KEY (table_name, column_name),
  CONSTRAINT wirekite_column_has_value CHECK (expression LIKE '%:value%')
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
