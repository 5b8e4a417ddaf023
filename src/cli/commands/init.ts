import { existsSync, writeFileSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { Fault } from '../../base/fault.js';
import { makeRoles, rolesScript } from '../../control/roles.js';
import { setUpScript } from '../../control/set-up.js';
import { establish, inspect } from '../../daemon/prepare.js';
import type { Connectors, Context } from '../../daemon/context.js';
import { connectors, contextOf } from '../connectors.js';
import { print, showCutOver } from '../render.js';

interface Options {
  config: string;
  sql: boolean;
  roles: boolean;
}

const command: CommandModule<object, Options> = {
  command: 'init',
  describe: 'write openkite.yaml if there is none, else create the control tables in the target',
  builder: {
    sql: { type: 'boolean', default: false, describe: 'print what a DBA runs, where our login may not create' },
    roles: { type: 'boolean', default: false, describe: 'make the roles viewer, operator, admin and daemon, too' },
  } as never,
  handler: (argv) => init(argv),
};

export default command;

async function init(argv: Options): Promise<void> {
  if (!argv.sql && !existsSync(argv.config)) return begin(argv.config, await connectors());
  const context = await contextOf(argv, 'init');
  if (argv.sql) return print(await script(context, argv.roles));
  const { begun, owner, findings, cutOver } = await inspect(context);
  if (cutOver !== undefined) return print(showCutOver(cutOver));
  if (!owner) return print('STOP stands in wirekite_action: nothing was changed');
  await establish(context, { stopped: false, begun, owner, findings }); // without a plan: that is for run to write
  if (argv.roles) await makeRoles(await context.control.get());
  print(
    `the control tables stand in schema ${context.config.control.schema}; next: openkite doctor, then openkite run`,
  );
}

async function script({ control, config }: Context, ofRoles: boolean): Promise<string> {
  const [db, { schema }] = [await control.get(), config.control];
  return ofRoles ? rolesScript(db, schema) : setUpScript(db, schema);
}

function begin(file: string, known: Connectors): void {
  const scheme = (of: Connectors[keyof Connectors]) => [...of.values()][0]?.schemes[0] ?? '';
  try {
    writeFileSync(file, template(scheme(known.extractors), scheme(known.loaders)), { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    throw new Fault('operator', `cannot write ${file}`, { cause });
  }
  print(
    `${file} is written. Mend source and target in it, then: openkite init (control tables), openkite doctor, openkite run`,
  );
}

const template = (
  source: string,
  target: string,
): string => `# openkite: see README.md. \${NAME} is taken from the environment: passwords belong there.
migration: shop
source: ${source}//mover:\${SOURCE_PASSWORD}@source-host/shop
target: ${target}//mover:\${TARGET_PASSWORD}@target-host/shop
control: { schema: wirekite }
tables: { include: ["*.*"], exclude: [], full_identity: [] }   # full_identity: tables without a key, followed all the same
changes: true                   # follow what the source commits, until STOP; false: load only
chunks: { store: ./chunks, compression: none, budget: 10GB, changes: 5GB, keep: 15min, release: applied }
policy: { max_retries: 3 }
settings: {}                    # any tunable of wirekite_setting, e.g. { extract_connections: 8, load_connections: 8 }
`;
