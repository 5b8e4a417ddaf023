import type { OpenOptions } from '../../src/connector/connector.js';
import type { Extractor } from '../../src/connector/extractor.js';
import { connect, connectReplication } from '../../src/db/postgres/connect.js';
import { PgExtractor } from './extractor.js';

/** Long reads are the trade of these sessions: no limit of the server or of the role may end one of them. */
const settings = {
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  max_parallel_workers_per_gather: '0', // several would bring a slice's rows in another order each time
  synchronize_seqscans: 'off', // a slice is read from its first page, whatever others are reading
};

export async function open(url: URL, { name }: OpenOptions): Promise<Extractor> {
  const options = { name, searchPath: '', readOnly: true, settings };
  return new PgExtractor(await connect(url, options), () => connectReplication(url, options));
}
