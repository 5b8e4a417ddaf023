import type { Connection } from 'mysql2';
import { Fault } from '../../../src/base/fault.js';
import type { Grant } from '../../../src/connector/connector.js';
import type {
  CatalogDifference,
  ChangeSource,
  LogSample,
  Provision,
  Snapshot,
} from '../../../src/connector/extractor.js';
import { dumpBinlog } from '../../../src/db/mysql/binlog/dump.js';
import { serverId } from '../../../src/db/mysql/identity.js';
import type { MyDb } from '../../../src/db/mysql/my-db.js';
import type { ChangeSink } from '../../../src/model/change.js';
import type { Position } from '../../../src/model/position.js';
import type { Table } from '../../../src/model/schema.js';
import { currentPosition, positionOf } from '../binlog.js';
import { readSchema } from '../catalog/read-schema.js';
import { comparePositions, fileNumber, formatPosition, parsePosition } from '../position.js';
import { readServer } from '../server.js';
import { catalogFingerprint, findDifferences } from './differences.js';
import { logFacts, readCharsets, withCharsets } from './facts.js';
import { FollowedTables } from './followed.js';
import { gap, logFiles, refuseGap } from './gap.js';
import { logGrants } from '../grants.js';
import { planProvision } from './provision.js';
import { BinlogReader } from './reader.js';
import { sampleLog } from './sample.js';

/** A file of the log begins behind four bytes by which it is known. */
const FIRST = 4;
/** Beyond, a place cannot be asked for: the file is read from its beginning. */
const FARTHEST = 2 ** 32 - 1;

export interface ChangesOptions {
  readonly stream: string;
  /** A login that becomes a replica's connection. */
  readonly dump: () => Promise<Connection>;
  readonly snapshot: (tables: readonly Table[], readers: number, waits: (why: string) => void) => Promise<Snapshot>;
  /** The server's max_binlog_size. */
  readonly fileBytes: number;
}

/** What was released, by stream: nothing of that is kept on the source, and other sessions of this process ask for it. */
const released = new Map<string, Position>();

/** Follows a source of MySQL's family through its binary log, of which the server keeps nothing for us. */
export class MySqlChanges implements ChangeSource {
  constructor(
    private readonly db: MyDb,
    private readonly options: ChangesOptions,
  ) {}

  provision(tables: readonly Table[]): Promise<Provision> {
    return planProvision(this.db, tables);
  }

  grants(_provision: Provision, login?: string): Promise<Grant[]> {
    return logGrants(this.db, login);
  }

  perform(): Promise<void> {
    return Promise.resolve(); // `provision` asks for nothing
  }

  async create(): Promise<Position> {
    const server = await readServer(this.db);
    const now = await currentPosition(this.db, server);
    if (now === '')
      throw new Fault('operator', 'the source keeps no binary log, or does not show it to this user', {
        hint: 'start it with log_bin, and GRANT REPLICATION CLIENT, REPLICATION SLAVE ON *.* TO the user in the URL',
      });
    released.delete(this.options.stream);
    // What was written meanwhile must not be among its GTIDs.
    return server.mariadb ? positionOf(this.db, parsePosition(now)) : now;
  }

  snapshot(tables: readonly Table[], readers: number, waits: (why: string) => void): Promise<Snapshot> {
    return this.options.snapshot(tables, readers, waits);
  }

  async capture(from: Position, tables: readonly Table[], to: ChangeSink, signal: AbortSignal): Promise<void> {
    await refuseGap(this.db, from);
    const facts = await logFacts(this.db);
    const known = await withCharsets(this.db, tables);
    const followed = new FollowedTables(known, await readCharsets(this.db), facts.folded);
    const at = parsePosition(from);
    const reader = new BinlogReader(to, followed, at, facts);
    const offset = at.offset <= FARTHEST ? at.offset : FIRST;
    const connection = await this.options.dump();
    try {
      await dumpBinlog(connection, { file: at.file, offset }, reader, signal);
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'BINLOG') throw error;
      await refuseGap(this.db, from);
      throw gap(from, error.message);
    } finally {
      // The server would notice at its next sign of life only, and keep its files until then; mostly it has.
      await this.db.query(`KILL ${connection.threadId}`).catch(() => undefined);
    }
  }

  release(upTo: Position): Promise<void> {
    const before = released.get(this.options.stream);
    if (before === undefined || this.compare(upTo, before) > 0) released.set(this.options.stream, upTo);
    return Promise.resolve();
  }

  /** Where the oldest file begins that the server still has: it goes back so far, whatever was released. */
  async released(): Promise<Position | undefined> {
    const [oldest] = await logFiles(this.db);
    if (oldest === undefined) return undefined;
    return formatPosition({ file: oldest.name, offset: FIRST, server: await serverId(this.db), gtid: '' });
  }

  compare(a: Position, b: Position): number {
    return comparePositions(a, b);
  }

  /** A transaction is placed by where it begins, a snapshot by where everything ends that it sees. */
  includes(start: Position, commit: Position): boolean {
    return comparePositions(commit, start) < 0;
  }

  bytes(position: Position): number {
    const { file, offset } = parsePosition(position);
    return fileNumber(file) * this.options.fileBytes + offset;
  }

  sample(): Promise<LogSample> {
    return sampleLog(this.db, released.get(this.options.stream));
  }

  async differences(tables: readonly Table[]): Promise<CatalogDifference[]> {
    return findDifferences(tables, (await readSchema(this.db)).tables);
  }

  catalogFingerprint(): Promise<string> {
    return catalogFingerprint(this.db);
  }

  remove(): Promise<void> {
    released.delete(this.options.stream);
    return Promise.resolve();
  }
}
