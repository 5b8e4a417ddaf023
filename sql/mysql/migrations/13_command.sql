-- One row is a wish with a scope, and what became of it. An INSERT is the whole interface: who, when and the state are written
-- by the database.
CREATE TABLE IF NOT EXISTS wirekite_command (
  command_id BIGINT AUTO_INCREMENT PRIMARY KEY,
  action VARCHAR(32) NOT NULL,
  scope VARCHAR(330) NOT NULL DEFAULT '*',
  value LONGTEXT,
  reason LONGTEXT,
  expires_at DATETIME(6),
  author VARCHAR(320) NOT NULL DEFAULT (USER()),
  created_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  state VARCHAR(16) NOT NULL DEFAULT 'PENDING',
  result LONGTEXT,
  ended_at DATETIME(6),
  CONSTRAINT wirekite_command_state CHECK (state IN ('PENDING', 'SEEN', 'DONE', 'REFUSED', 'EXPIRED')),
  KEY wirekite_command_wish (scope, command_id),
  KEY wirekite_command_open (state)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- One row is what one worker answers to one command.
CREATE TABLE IF NOT EXISTS wirekite_ack (
  command_id BIGINT NOT NULL,
  worker VARCHAR(320) NOT NULL,
  seen_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  in_effect_at DATETIME(6),
  at_mark LONGTEXT,
  at_position LONGTEXT,
  answer LONGTEXT,
  PRIMARY KEY (command_id, worker),
  CONSTRAINT wirekite_ack_of FOREIGN KEY (command_id) REFERENCES wirekite_command (command_id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
