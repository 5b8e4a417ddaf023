import type { LogSample } from '../../../src/connector/extractor.js';
import type { MyDb } from '../../../src/db/mysql/my-db.js';
import type { Position } from '../../../src/model/position.js';
import { currentPosition } from '../binlog.js';
import { fileNumber, parsePosition } from '../position.js';
import { readServer } from '../server.js';
import { variables } from './facts.js';
import { logFiles, type LogFile } from './gap.js';

/** Where the log ends, and how much of it is behind what was released: that must not be purged. */
export async function sampleLog(db: MyDb, released: Position | undefined): Promise<LogSample> {
  const position = await currentPosition(db, await readServer(db));
  const value = await variables(db, 'max_binlog_total_size');
  const limit = Number(value('max_binlog_total_size'));
  const keptBytes = released === undefined ? 0 : behind(await logFiles(db), released);
  return { position, keptBytes, limitBytes: limit > 0 ? limit : undefined };
}

function behind(files: readonly LogFile[], released: Position): number {
  const { file, offset } = parsePosition(released);
  return files
    .filter(({ name }) => fileNumber(name) >= fileNumber(file))
    .reduce((sum, { name, bytes }) => sum + (name === file ? bytes - offset : bytes), 0);
}
