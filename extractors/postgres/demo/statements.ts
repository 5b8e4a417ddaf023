import type { DemoStatements } from '../../../src/connector/connector.js';

const quoted = (name: string): string => `'${name.replaceAll("'", "''")}'`;

export const statements: DemoStatements = {
  long: 'UPDATE shop.order_item SET quantity = quantity + 10 WHERE order_id <= 50000',
  arrived: 'SELECT count(*) AS arrived FROM shop.order_item WHERE quantity > 10',
  refresh: 'REFRESH MATERIALIZED VIEW shop.revenue',
  kept: (stream) => [
    `SELECT slot_name, active FROM pg_replication_slots WHERE slot_name = ${quoted(stream)}`,
    `SELECT pubname, pubinsert, pubupdate FROM pg_publication WHERE pubname LIKE ${quoted(`${stream}%`)}`,
  ],
  forget: (stream) => [
    `SELECT pg_drop_replication_slot(${quoted(stream)})`,
    `DROP PUBLICATION ${stream}, ${stream}_insert`,
  ],
};
