-- What decides whether rows can be loaded. A variable that this server has not got is not in the answer.
SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version', 'local_infile', 'max_allowed_packet', 'read_only',
  'super_read_only', 'log_bin', 'binlog_format', 'log_bin_trust_function_creators', 'innodb_flush_log_at_trx_commit',
  'sync_binlog', 'max_connections', 'lower_case_table_names', 'sql_require_primary_key', 'innodb_force_primary_key',
  'sql_generate_invisible_primary_key')
