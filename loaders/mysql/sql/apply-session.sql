-- The source has checked its foreign keys. Warnings are counted, however the server is set up: they are failures to us.
SET foreign_key_checks = 0, unique_checks = 1, max_error_count = 64, sql_notes = 1
