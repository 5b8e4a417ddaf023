-- One row is a column that is moved: what it becomes, and the operator's expression for its values.
CREATE TABLE wirekite_column (
  table_name varchar(320) NOT NULL,
  column_name varchar(320) NOT NULL,
  source_type text NOT NULL,
  target_type text NOT NULL,
  refuses text,
  loses text,
  expression text,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (table_name, column_name),
  CONSTRAINT wirekite_column_has_value CHECK (expression LIKE '%:value%')
);
