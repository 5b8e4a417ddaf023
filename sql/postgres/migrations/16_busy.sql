-- How long a worker has been at work, of the time since started_at: what utilisation is counted from.
ALTER TABLE wirekite_worker ADD COLUMN busy_seconds double precision NOT NULL DEFAULT 0;
