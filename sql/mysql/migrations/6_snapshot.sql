-- Which views of the source are held there, since when and by whom.
CREATE TABLE IF NOT EXISTS wirekite_snapshot (
  snapshot_id BIGINT AUTO_INCREMENT PRIMARY KEY,
  position LONGTEXT NOT NULL,
  ticket VARCHAR(320) NOT NULL,
  worker VARCHAR(320) NOT NULL,
  state VARCHAR(16) NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'CLOSED', 'LOST')),
  opened_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  closed_at DATETIME(6)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
