import type { Provision } from '../../../src/connector/extractor.js';
import type { Tx } from '../../../src/db/db.js';
import { tableName, type Table } from '../../../src/model/schema.js';
import { schemasOf, variables } from './facts.js';

/** The log has the changes of these engines; of others some are missing, or come before they are certain. */
const TRANSACTIONAL: ReadonlySet<string> = new Set(['InnoDB', 'ROCKSDB', 'TokuDB']);

/** Nothing is made on the source: its log is there for everybody. */
export async function planProvision(tx: Tx, tables: readonly Table[]): Promise<Provision> {
  const engines = await enginesOf(tx, tables);
  const value = await variables(tx, 'log_bin', 'binlog_format');
  const partly = tables
    .filter(({ hasRows }) => hasRows)
    .flatMap((table) => {
      const engine = engines.get(tableName(table)) ?? '';
      return reasons(engine, value).map((why) => ({ table: tableName(table), why }));
    });
  return { steps: [], partly };
}

async function enginesOf(tx: Tx, tables: readonly Table[]): Promise<Map<string, string>> {
  const { rows } = await tx.query<{ s: string; t: string; engine: string | null }>(
    `SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, ENGINE AS engine
       FROM information_schema.TABLES WHERE TABLE_SCHEMA IN (${schemasOf(tables)})`,
  );
  return new Map(rows.map(({ s, t, engine }) => [tableName({ schema: s, name: t }), engine ?? '']));
}

function reasons(engine: string, value: (name: string) => string): string[] {
  return [
    ...(value('log_bin') === 'ON' ? [] : ['the source keeps no binary log: start it with log_bin']),
    ...(value('binlog_format') === 'ROW' || value('binlog_format') === ''
      ? []
      : [`the source logs statements (binlog_format=${value('binlog_format')}): SET GLOBAL binlog_format = ROW`]),
    ...(TRANSACTIONAL.has(engine)
      ? []
      : [`its engine ${engine} has no transactions: what changes while it is read may come twice or not at all`]),
  ];
}
