-- One row is one table of the migration.
CREATE TABLE wirekite_table (
  table_name varchar(320) PRIMARY KEY,
  target_name text NOT NULL,
  state text NOT NULL DEFAULT 'PLANNED',
  phase int NOT NULL DEFAULT 1,
  priority double precision NOT NULL DEFAULT 0,
  business_value double precision NOT NULL DEFAULT 1,
  risk_score double precision NOT NULL DEFAULT 0,
  critical text NOT NULL DEFAULT 'NO' CHECK (critical IN ('YES', 'NO')),
  start_position text,
  rows_estimated bigint NOT NULL DEFAULT 0,
  rows_extracted bigint NOT NULL DEFAULT 0,
  rows_loaded bigint NOT NULL DEFAULT 0,
  bytes_estimated bigint NOT NULL DEFAULT 0,
  bytes_loaded bigint NOT NULL DEFAULT 0,
  errors_total bigint NOT NULL DEFAULT 0,
  errors_recovered bigint NOT NULL DEFAULT 0,
  errors_escalated bigint NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  generation int NOT NULL DEFAULT 1,
  start_seq bigint,
  applied_seq bigint,
  snapshot_id bigint,
  encoding text,
  next_chunk bigint NOT NULL DEFAULT 0,
  chunk_count bigint NOT NULL DEFAULT 0,
  error text,
  CONSTRAINT wirekite_table_state
    CHECK (state IN ('PLANNED', 'COPYING', 'LOADED', 'DONE', 'FAILED', 'RELOAD_NEEDED'))
);
CREATE TRIGGER wirekite_table_priority AFTER UPDATE OF priority ON wirekite_table
  FOR EACH ROW EXECUTE PROCEDURE wirekite_record('priority', 'table_name');
