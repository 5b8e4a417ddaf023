import { availableParallelism, hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import { Fault } from '../base/fault.js';
import type { Log } from '../base/log.js';
import type { Connector, OpenOptions, Tuning } from '../connector/connector.js';
import { connectorFor } from '../connector/discover.js';
import type { Extractor } from '../connector/extractor.js';
import type { Loader } from '../connector/loader.js';
import type { Db } from '../db/db.js';
import { openStore } from '../store/open.js';
import type { ChunkStore } from '../store/store.js';
import type { Config } from './config.js';
import { Session } from './session.js';

/** Control statements are short: one that is not has lost its server, or waits behind somebody's lock. */
const QUICK: Tuning = { lockSeconds: 10, deadlineSeconds: 60 };

export interface Connectors {
  readonly extractors: Map<string, Connector<Extractor>>;
  readonly loaders: Map<string, Connector<Loader>>;
}

/** What every daemon and command needs to reach both sides: who it is, how to open sessions, who names failures. */
export interface Context {
  readonly config: Config;
  readonly log: Log;
  /** Random for every start of a process, so that neither a re-used pid nor a restarted host can hold a claim. */
  readonly id: string;
  readonly host: string;
  /** Of this host. */
  readonly cpus: number;
  readonly store: ChunkStore;
  /** As the source's connector says. */
  readonly ownSnapshots: boolean;
  openExtractor(what: string): Promise<Extractor>;
  openLoader(what: string, tuning?: Tuning): Promise<Loader>;
  /** The session on the target that control statements go through. */
  readonly control: Session<Db>;
  readonly classify: (error: unknown) => Fault;
}

export async function openContext(config: Config, role: string, connectors: Connectors, log: Log): Promise<Context> {
  const source = connectorFor(config.source, connectors.extractors);
  const target = connectorFor(config.target, connectors.loaders);
  const named = (what: string): OpenOptions => ({
    name: `openkite:${role}:${what}`,
    controlSchema: config.control.schema,
  });
  const openLoader = (what: string, tuning: Tuning = {}) => target.open(config.target, { ...named(what), tuning });
  return {
    config,
    log,
    id: randomUUID().slice(0, 8),
    host: hostname(),
    cpus: availableParallelism(),
    store: await openStore(config.chunks.store),
    ownSnapshots: source.ownSnapshots ?? false,
    openExtractor: (what) => source.open(config.source, named(what)),
    openLoader,
    control: new Session(async () => (await openLoader('control', QUICK)).db),
    classify: (error) => asFault(error) ?? firstNamed([target.classify(error), source.classify(error)]),
  };
}

const asFault = (error: unknown): Fault | undefined => (error instanceof Fault ? error : undefined);

/** An error that one side cannot name may be the other side's. */
const firstNamed = (faults: readonly Fault[]): Fault =>
  faults.find((fault) => fault.kind !== 'unknown') ?? faults[0] ?? new Fault('unknown', 'nobody can name this failure');
