-- Who changed what, when and from where. Filled by triggers, where the login may create any; nothing is ever deleted from
-- it by openkite. DDL commits by itself on these servers: every migration bears being begun again.
CREATE TABLE IF NOT EXISTS wirekite_history (
  history_id BIGINT AUTO_INCREMENT PRIMARY KEY,
  changed_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  object VARCHAR(64) NOT NULL,
  row_key LONGTEXT,
  column_name VARCHAR(64),
  old_value LONGTEXT,
  new_value LONGTEXT,
  changed_by VARCHAR(320) NOT NULL DEFAULT (USER()),
  changed_from VARCHAR(320) DEFAULT (SUBSTRING_INDEX(USER(), '@', -1)),
  application VARCHAR(320)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
