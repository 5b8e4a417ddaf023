import type { CommandModule } from 'yargs';
import { Fault } from '../../base/fault.js';
import { readRunbook, runbookNames, type Runbook, type RunbookStatement } from '../../control/runbook.js';
import { contextOf, onControl } from '../connectors.js';
import type { Context } from '../../daemon/context.js';
import { print, table } from '../render.js';

interface Options {
  config: string;
  name?: string;
  run: boolean;
  step?: number;
  execute: boolean;
  table?: string;
}

const command: CommandModule<object, Options> = {
  command: 'sql [name]',
  describe: 'runbooks: list them, print one, or run what it asks of the control tables',
  builder: {
    name: { type: 'string', describe: 'of the runbook; without it they are listed' },
    table: { type: 'string', describe: 'schema.table, in place of the example' },
    run: { type: 'boolean', default: false, describe: 'run what only looks, and print what is found' },
    step: { type: 'number', describe: 'run this statement alone, by its number' },
    execute: { type: 'boolean', default: false, describe: 'with --step: also where it changes something' },
  } as never,
  handler: (argv) => sql(argv),
};

export default command;

async function sql(argv: Options): Promise<void> {
  if (argv.name === undefined) return print(list());
  const context = await contextOf(argv, 'cli');
  const { schema } = context.config.control;
  const book = readRunbook(argv.name, { schema, ...(argv.table === undefined ? {} : { table: argv.table }) });
  if (!book) throw unknown(argv.name);
  if (argv.step !== undefined) return runStep(context, book, argv.step, argv.execute);
  if (!argv.run) return print(book.text.trimEnd());
  for (const statement of book.statements.filter(({ acts }) => !acts)) await run(context, statement);
  const acting = book.statements.filter(({ acts }) => acts);
  if (acting.length > 0)
    print(
      `\nNot run, for they change something (--step with its number and --execute runs one):\n${acting.map(asStep).join('\n')}`,
    );
}

function list(): string {
  const books = runbookNames().flatMap((name) => readRunbook(name, { schema: 'wirekite' }) ?? []);
  return table(books.map(({ name, title }) => ({ name, when: title.toLowerCase() })));
}

const unknown = (name: string): Fault =>
  new Fault('operator', `there is no runbook ${name}`, { hint: `there are ${runbookNames().join(', ')}` });

async function runStep(context: Context, { name, statements }: Runbook, step: number, execute: boolean): Promise<void> {
  const found = statements[step - 1];
  if (!found) throw new Fault('operator', `${name} has the steps 1 to ${statements.length}, and no ${step}`);
  if (!found.acts || execute) return run(context, found);
  print(`${asStep(found)}\nNothing was changed. --execute does it.`);
}

const asStep = ({ step, sql: text }: RunbookStatement): string => `-- step ${step}\n${text};`;

async function run(context: Context, statement: RunbookStatement): Promise<void> {
  print(`\n${asStep(statement)}`);
  const { rows, count } = await onControl(context, (db) => db.query(statement.sql));
  if (statement.acts) print(`${count} rows are changed`);
  else print(rows.length === 0 ? '(no row)' : table(rows));
}
