-- What following changes needs. A stream has one row `CE`, its lane ('stream', 'changes') and a row `C` for each file.
-- One row is a look at the source's log. Once everything before it is in files, `last_seq` says up to which change.
CREATE TABLE IF NOT EXISTS wirekite_sample (
  sampled_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)) PRIMARY KEY,
  position LONGTEXT NOT NULL,
  log_bytes BIGINT NOT NULL,
  last_seq BIGINT,
  kept_bytes BIGINT,
  limit_bytes BIGINT,
  KEY wirekite_sample_ahead (last_seq, log_bytes)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- One row is a row, or a change of one, that did not go through.
CREATE TABLE IF NOT EXISTS wirekite_error (
  error_id BIGINT AUTO_INCREMENT PRIMARY KEY,
  queue VARCHAR(400) NOT NULL,
  table_name VARCHAR(320) NOT NULL,
  chunk VARCHAR(320),
  line_number BIGINT,
  row_key LONGTEXT,
  raw_row LONGTEXT,
  cause LONGTEXT NOT NULL,
  fault VARCHAR(320),
  tries INT NOT NULL DEFAULT 1,
  resolution VARCHAR(16),
  replacement LONGTEXT,
  author VARCHAR(320),
  created_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  resolved_at DATETIME(6),
  seq BIGINT,
  KEY wirekite_error_open (resolution, table_name)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
