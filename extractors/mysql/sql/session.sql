-- Long reads are the trade of these sessions: no limit of the server may end one of them, however long it rests.
SET
  /*M!100300 idle_transaction_timeout = 0, idle_readonly_transaction_timeout = 0, max_statement_time = 0, */
  /*!50708 max_execution_time = 0, */
  /*!80000 information_schema_stats_expiry = 0, */
  SESSION wait_timeout = 2147483,
  SESSION net_write_timeout = 86400,
  SESSION lock_wait_timeout = 30;
