import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../base/fault.js';
import { openLog } from '../../base/log.js';
import type { Demo, DemoWriter } from '../../connector/connector.js';
import { connectorFor } from '../../connector/discover.js';
import { readConfig, type Config } from '../../daemon/config.js';
import { openContext, type Connectors } from '../../daemon/context.js';
import { changesOf, streamName } from '../../daemon/stream-name.js';

/** As in the manual, so that every statement of it can be tried. */
export const CONTROL = 'wirekite';

/** URLs of databases to use instead of servers of our own, as they were typed. */
export interface Given {
  readonly source?: string | undefined;
  readonly target?: string | undefined;
}

/** What the story plays on: two databases, the first with a shop that is open, and a configuration that names both. */
export interface Stage {
  readonly demo: Demo;
  readonly writer: DemoWriter;
  readonly config: Config;
  readonly folder: string;
  /** Servers of our own, which nobody can reach any more when the story is over. */
  readonly ownServers: boolean;
}

type Undo = (() => unknown)[];

/** Sets the stage for `play`, and clears it whatever happens: servers, schemas, files, what the source keeps. */
export async function onStage(given: Given, known: Connectors, play: (stage: Stage) => Promise<void>): Promise<void> {
  const undo: Undo = [];
  try {
    await play(await build(given, known, undo));
  } finally {
    await clear(undo);
  }
}

/** What cannot be cleared leaves the rest no less to be cleared. */
async function clear(undo: Undo): Promise<void> {
  const failures: unknown[] = [];
  for (const act of undo.reverse())
    try {
      await act();
    } catch (error) {
      failures.push(error);
    }
  if (failures.length > 0) throw failures[0];
}

async function build(given: Given, known: Connectors, undo: Undo): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'openkite-demo-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const ownServers = given.source === undefined;
  const named = ownServers ? await startServers(known, undo) : given;
  const file = join(folder, 'openkite.yaml');
  writeFileSync(file, configuration(named), { mode: 0o600 });
  const config = readConfig(file);
  const demo = await demoOf(config, known);
  if (!ownServers) await borrow(config, demo, known, undo);
  await demo.fill(config.source);
  const writer = await demo.write(config.source);
  undo.push(() => writer.stop().catch(() => undefined)); // what ended it is told by the story
  return { demo, writer, config, folder, ownServers };
}

/** Databases of others are left as they were found. */
async function borrow(config: Config, demo: Demo, known: Connectors, undo: Undo): Promise<void> {
  await refuseUsed(config, demo);
  undo.push(() => demo.remove(config.source, [demo.schema]));
  undo.push(() => demo.remove(config.target, [demo.schema, CONTROL]));
  undo.push(() => endStream(config, known));
}

/** Where the story was interrupted, the source still keeps its log for us. */
async function endStream(config: Config, known: Connectors): Promise<void> {
  const context = await openContext(config, 'demo', known, openLog('demo'));
  const [extractor, loader] = [await context.openExtractor('clear'), await context.openLoader('clear')];
  try {
    await changesOf(extractor, streamName(config, await loader.identity())).remove();
  } finally {
    await Promise.all([extractor.close(), loader.close()]);
  }
}

/** Their URLs hold passwords, so they stand in the environment, and the file names them. */
async function startServers({ extractors }: Connectors, undo: Undo): Promise<Given> {
  const demo = await [...extractors.values()].find((connector) => connector.demo)?.demo?.();
  if (!demo) throw new Fault('operator', 'no connector here has a demo');
  const servers = await demo.start();
  undo.push(() => servers.stop());
  process.env['OPENKITE_DEMO_SOURCE'] = servers.source.href;
  process.env['OPENKITE_DEMO_TARGET'] = servers.target.href;
  return { source: '${OPENKITE_DEMO_SOURCE}', target: '${OPENKITE_DEMO_TARGET}' };
}

const configuration = ({ source, target }: Given): string => `migration: demo
source: ${JSON.stringify(source)}
target: ${JSON.stringify(target)}
control: { schema: ${CONTROL} }
tables: { include: ["shop.*"] }
changes: true
# Small pieces and few connections: slower than need be, so that there is something to see.
settings: { extract_connections: 2, load_connections: 1, slice_bytes: 4194304, batch_bytes: 65536 }
`;

async function demoOf({ source, target }: Config, { extractors }: Connectors): Promise<Demo> {
  const { demo, schemes } = connectorFor(source, extractors);
  if (demo && schemes.includes(target.protocol)) return demo();
  throw new Fault('operator', `there is no demo from ${source.protocol}// to ${target.protocol}//`);
}

async function refuseUsed({ source, target }: Config, demo: Demo): Promise<void> {
  const found = [
    ...(await demo.existing(source, [demo.schema])).map((name) => `the source has a schema ${name}`),
    ...(await demo.existing(target, [demo.schema, CONTROL])).map((name) => `the target has a schema ${name}`),
  ];
  if (found.length === 0) return;
  throw new Fault('operator', `${found.join(', and ')}: the demo would make and remove it`, {
    safe: 'nothing was written',
    hint: 'name two databases without them',
  });
}
