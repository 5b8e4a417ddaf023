import { sleep } from '../../../src/base/clock.js';
import type { DemoWriter } from '../../../src/connector/connector.js';
import type { PgDb } from '../../../src/db/postgres/pg-db.js';

/** It shares two cores, perhaps, with two servers and six processes that shall be seen to keep up. */
const BREATH_MS = 5;

/** Runs the statement, a transaction by itself, again and again. */
export function writer(db: PgDb, statement: string): DemoWriter {
  const over = new AbortController();
  let committed = 0;
  async function write(): Promise<void> {
    for (; !over.signal.aborted; await sleep(BREATH_MS, over.signal)) {
      await db.query(statement);
      committed += 1;
    }
  }
  const written = write().finally(() => db.close());
  written.catch(() => undefined); // told by stop
  return {
    get committed() {
      return committed;
    },
    stop: () => {
      over.abort();
      return written;
    },
  };
}
