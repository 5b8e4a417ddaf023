import type { EventSink } from '../../../src/db/mysql/binlog/dump.js';
import {
  CHECKSUM,
  EVENT,
  HEADER,
  hasChecksums,
  headerOf,
  mayPass,
  ROWS,
  verify,
  type Header,
} from '../../../src/db/mysql/binlog/event.js';
import { GtidSet } from '../../../src/db/mysql/binlog/gtid.js';
import { unpackedEvents } from '../../../src/db/mysql/binlog/payload.js';
import { parseQuery } from '../../../src/db/mysql/binlog/query.js';
import { parseTableMap, tableId, type LogDialect } from '../../../src/db/mysql/binlog/table-map.js';
import type { ChangeSink } from '../../../src/model/change.js';
import { formatPosition, type BinlogPosition } from '../position.js';
import type { Followed, FollowedTables } from './followed.js';
import { refusals } from './refusals.js';
import { RowReader } from './rows.js';
import { readStatement, type Statement } from './statements.js';

const TWO_32 = 2 ** 32;
/** Of MariaDB's GTID event: what follows is no group with an end of its own. */
const STANDALONE = 1;
/** A transaction that says something of ours: an application may write messages of any name. */
const OUR_XID = '0';
const DDL_NOTICE = 'openkite.ddl';
const NOWHERE = { id: '', map: '' };

/**
 * Reads the events of a binary log into a sink. A position in a transaction's `begin` is where it starts in the log, that
 * of its `commit` where it ends. Transactions without a change that concerns us are passed over.
 */
export class BinlogReader implements EventSink {
  readonly #rows: RowReader;
  readonly #gtids: GtidSet;
  readonly #server: string;
  /** Up to here all was taken before. */
  readonly #from: BinlogPosition;
  #file: string;
  /** Where the last event ends. */
  #offset = 0;
  /** Where the group starts that is read: nothing of it is beyond. */
  #start: string | undefined;
  #xid = '';
  #time = 0;
  #open = false;
  #standalone = false;
  #checksums: boolean;
  readonly #maps = new Map<number, Followed>();
  readonly #told = new Map<string, string>();
  #idle = false;

  constructor(
    private readonly sink: ChangeSink,
    private readonly tables: FollowedTables,
    from: BinlogPosition,
    private readonly options: LogDialect & { readonly checksums: boolean; readonly described: boolean },
  ) {
    this.#rows = new RowReader(sink);
    this.#gtids = new GtidSet(from.gtid);
    this.#server = from.server;
    this.#from = from;
    this.#file = from.file;
    this.#checksums = options.checksums;
    this.#described = options.described;
  }

  /** The log has all of columns: what DDL does to them is seen there. */
  readonly #described: boolean;

  ready(): Promise<void> | undefined {
    if (this.#idle && !this.#open) this.sink.idle(this.#here());
    this.#idle = false;
    const room = this.sink.ready();
    if (room === undefined) this.#rows.out.reuse();
    else void room.then(() => this.#rows.out.reuse()).catch(() => undefined);
    return room;
  }

  event(bytes: Buffer, start: number, end: number): void {
    const header = headerOf(bytes, start);
    if (header.type === EVENT.description) this.#checksums = hasChecksums(bytes, end);
    const checked = this.#checksums || header.type === EVENT.description;
    if (checked && header.type !== EVENT.rotate) verify(bytes, start, end);
    const last = checked ? end - CHECKSUM : end;
    if (header.type === EVENT.rotate) return this.#rotate(bytes, start + HEADER, last);
    if (header.type === EVENT.heartbeat || header.type === EVENT.heartbeat2) return this.#beat(header);
    if (header.type === EVENT.description || header.end === 0) return;
    const before = this.#offset;
    this.#offset = this.#whole(header.end);
    if (this.#isOld()) return;
    this.#start ??= this.#format(Math.max(before, this.#offset - header.size));
    this.#time = header.time;
    this.#take(header, bytes, start + HEADER, last);
  }

  /** After a restart in the middle of a file that is longer than a place can be asked for. */
  #isOld(): boolean {
    return this.#file === this.#from.file && this.#offset <= this.#from.offset;
  }

  /** Places are logged with 32 bits; a large transaction makes a file longer than that. */
  #whole(end: number): number {
    const above = Math.floor(this.#offset / TWO_32) * TWO_32 + end;
    return above < this.#offset ? above + TWO_32 : above;
  }

  #take(header: Header, bytes: Buffer, start: number, end: number): void {
    const { type, flags } = header;
    const rows = ROWS.get(type);
    if (rows) {
      const followed = this.#maps.get(tableId(bytes, start));
      if (followed) this.#changes(followed, () => this.#rows.read(rows, followed, bytes, start + 6, end));
    } else if (type === EVENT.tableMap) this.#map(bytes, start, end);
    else if (type === EVENT.xid) this.#commit();
    else if (type === EVENT.query || type === EVENT.compressedQuery || type === EVENT.executeLoad)
      this.#statement(type, bytes, start, end);
    else if (type === EVENT.mariadbGtid) this.#mariaDbGtid(bytes, start);
    else if (type === EVENT.gtid) this.#mySqlGtid(bytes, start);
    else if (type === EVENT.anonymousGtid || type === EVENT.taggedGtid) this.#group('-', false);
    else if (type === EVENT.payload) this.#payload(bytes, start, end);
    else if (type === EVENT.xaPrepare) this.#prepared();
    else if (type === EVENT.partialUpdate) this.#partial(bytes, start);
    else if (type === EVENT.incident) throw refusals.incident();
    else if (!mayPass(type, flags)) throw refusals.strange(type);
    else if (this.#xid === '') this.#start = undefined;
  }

  #payload(bytes: Buffer, start: number, end: number): void {
    for (const [events, at, next] of unpackedEvents(bytes, start, end))
      this.#take(headerOf(events, at), events, at + HEADER, next);
  }

  /** `id`: of the transaction that begins. */
  #group(id: string, standalone: boolean): void {
    this.#xid = id;
    this.#standalone = standalone;
  }

  #mariaDbGtid(bytes: Buffer, start: number): void {
    const domain = bytes.readUInt32LE(start + 8);
    const server = bytes.readUInt32LE(start - HEADER + 5);
    const gtid = this.#gtids.addMariaDb(domain, server, bytes.readBigUInt64LE(start));
    this.#group(gtid, (bytes[start + 12]! & STANDALONE) !== 0);
  }

  #mySqlGtid(bytes: Buffer, start: number): void {
    const hex = bytes.toString('hex', start + 1, start + 17);
    const server = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    this.#group(this.#gtids.addMySql(server, Number(bytes.readBigUInt64LE(start + 17))), false);
  }

  #map(bytes: Buffer, start: number, end: number): void {
    const said = bytes.toString('latin1', start + 6, end);
    const id = tableId(bytes, start);
    if (this.#maps.get(id)?.map === said) return;
    const followed = this.tables.read(parseTableMap(bytes, start, end, this.options), said);
    if (followed) this.#maps.set(id, followed);
    else this.#maps.delete(id);
  }

  #changes(followed: Followed, hand: () => void): void {
    this.#begin();
    this.#tell(followed.table);
    hand();
  }

  #tell(table: Followed['table']): void {
    const said = JSON.stringify(table);
    if (this.#last === table || this.#told.get(table.id) === said) return void (this.#last = table);
    this.#last = table;
    this.#told.set(table.id, said);
    this.sink.relation(table);
  }

  #last: Pick<Followed['table'], 'id'> = NOWHERE;

  #begin(id = this.#xid || '-'): void {
    if (this.#open) return;
    this.#open = true;
    const time = new Date(this.#time * 1000).toISOString();
    this.sink.begin({
      position: this.#start ?? this.#here(),
      time: `${time.slice(0, 10)} ${time.slice(11, 19)}.000000+00`,
      xid: id,
    });
  }

  /** What comes next begins another group. */
  #commit(): void {
    if (this.#open) this.sink.commit(this.#here());
    else this.#idle = true;
    this.#open = false;
    this.#start = undefined;
    this.#xid = '';
    this.#standalone = false;
  }

  #statement(type: number, bytes: Buffer, start: number, end: number): void {
    if (type === EVENT.executeLoad) return this.#refuseStatement(new Set());
    const query = parseQuery(bytes, start, end, type === EVENT.compressedQuery);
    const statement = readStatement(query);
    if (statement.kind === 'begin') return;
    if (statement.kind === 'dml') this.#refuseStatement(statement.names);
    if (statement.kind === 'rollback to' && this.#open) throw refusals.rolledBack();
    if (statement.kind === 'rollback' && this.#open) throw refusals.rolledBack();
    if (statement.kind === 'xa') return this.#xa(statement.verb);
    if (statement.kind === 'truncate') this.#truncate(statement.table);
    if (statement.kind === 'ddl') this.#define(statement);
    if (statement.kind !== 'dml' && statement.kind !== 'rollback to' && this.#isEnd(statement)) this.#commit();
  }

  /** SAVEPOINT and SET stand inside of groups; DDL is a group of its own. */
  #isEnd({ kind }: Statement): boolean {
    return this.#standalone || kind !== 'other' || !this.#open;
  }

  #refuseStatement(names: ReadonlySet<string>): void {
    const table = this.tables.among(names);
    if (table !== undefined) throw refusals.statement(table);
  }

  /** Rows of ours come before XA END; what comes after it decides. */
  #xa(verb: string): void {
    if (verb === 'START' || verb === 'BEGIN') return;
    if (this.#open) throw refusals.xa();
    if (verb !== 'END') this.#commit();
  }

  #prepared(): void {
    if (this.#open) throw refusals.xa();
    this.#commit();
  }

  #partial(bytes: Buffer, start: number): void {
    if (this.#maps.has(tableId(bytes, start))) throw refusals.partialJson();
  }

  #truncate(named: { readonly schema: string; readonly name: string }): void {
    const table = this.tables.describe(named);
    if (table === undefined) return;
    this.#begin();
    this.#tell(table);
    this.sink.truncate([table.id], { cascade: false, restart: true });
  }

  /** What DDL does to columns is seen where the log describes them; what it does to rows is said by nothing else. */
  #define({ tables, rows, what }: Extract<Statement, { kind: 'ddl' }>): void {
    for (const table of tables.flatMap((one) => this.tables.named(one))) {
      if (!rows && (this.#described || what.startsWith('CREATE'))) continue;
      const found = rows
        ? `${what} took rows away or put others in their place, which the log does not hold`
        : `${what} changed it, and the log does not say all of its columns: SET GLOBAL binlog_row_metadata = FULL, binlog_row_image = FULL`;
      this.#begin(OUR_XID);
      this.sink.message(DDL_NOTICE, Buffer.from(JSON.stringify({ table, stop: true, found })));
    }
  }

  #rotate(bytes: Buffer, start: number, end: number): void {
    this.#file = bytes.toString('utf8', start + 8, end);
    this.#offset = Number(bytes.readBigUInt64LE(start));
    this.#maps.clear(); // numbers of tables are a server's, until it starts again
    this.#start = undefined;
    if (!this.#isOld() && this.#file !== this.#from.file) this.#idle = true;
  }

  #beat({ end }: Header): void {
    if (this.#start !== undefined) return;
    if (end !== 0) this.#offset = this.#whole(end);
    this.#idle = true;
  }

  #here(): string {
    return this.#format(this.#offset);
  }

  #format(offset: number): string {
    return formatPosition({ file: this.#file, offset, server: this.#server, gtid: this.#gtids.toString() });
  }
}
