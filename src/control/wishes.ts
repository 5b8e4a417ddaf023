import type { TableName } from '../model/schema.js';
import type { Word } from './action.js';
import { isOpen, isWish, type Command } from './command.js';
import { parseThrottle, type Rates } from './throttle.js';

const STRICTNESS: Readonly<Record<Word, number>> = { RUN: 1, PAUSE: 2, STOP: 3 };

/** Of two words the one that lets less happen. */
export const stricter = (a: Word, b: Word): Word => (STRICTNESS[b] > STRICTNESS[a] ? b : a);

/** A word, and in words whose it is; '' where nobody has said anything. */
export interface Hold {
  readonly word: Word;
  readonly why: string;
}

const FREE: Hold = { word: 'RUN', why: '' };

/** The scope of a command that is meant for all tables of a schema, or for one worker. */
export const schemaScope = (schema: string): string => `schema:${schema}`;
export const workerScope = (worker: string): string => `worker:${worker}`;

export interface TableRef {
  readonly schema: string;
  readonly name: string;
}

/**
 * What was wished by `wirekite_command`, as it was read last. The rule is that of the view `wirekite_effective_action`: per
 * scope the latest wish, of several scopes the strictest.
 */
export class Wishes {
  private readonly wishes = new Map<string, Command & { readonly action: Word }>();
  /** Those that nobody has settled yet. */
  readonly open: readonly Command[];
  /** How fast rows may be moved, where somebody has said so for a time. */
  readonly throttle: Rates | undefined;

  constructor(readonly commands: readonly Command[] = []) {
    for (const command of commands) if (command.inForce && isWish(command)) this.wishes.set(command.scope, command);
    this.open = commands.filter(isOpen);
    const throttle = commands.find(({ inForce, action }) => inForce && action === 'THROTTLE');
    this.throttle = throttle && parseThrottle(throttle.value);
  }

  get ofAll(): Hold {
    return this.of('*');
  }

  ofWorker(worker: string): Hold {
    return this.of(workerScope(worker));
  }

  /** What was said of its schema and of itself; not what was said to all. */
  ofTable({ schema, name }: TableRef): Hold {
    const [wide, own] = [this.of(schemaScope(schema)), this.of(`${schema}.${name}`)];
    return STRICTNESS[own.word] > STRICTNESS[wide.word] ? own : wide;
  }

  /** Scopes of tables and schemas that are held: what a claim has to leave alone. Undefined where there are none. */
  get held(): string | undefined {
    const scopes = [...this.wishes.values()].filter(({ action, scope }) => action !== 'RUN' && isOfTables(scope));
    return scopes.length === 0 ? undefined : JSON.stringify(scopes.map(({ scope }) => scope));
  }

  private of(scope: string): Hold {
    const command = this.wishes.get(scope);
    return command ? { word: command.action, why: told(command) } : FREE;
  }
}

const isOfTables = (scope: string): boolean => scope !== '*' && !scope.startsWith('worker:');

/** Who said it, why and for how long. */
const told = ({ id, action, author, reason, expiresAt }: Command): string =>
  `${action} by ${author} (command ${id}${reason === undefined ? '' : `: ${reason}`})` +
  (expiresAt === undefined ? '' : ` until ${expiresAt}`);

/** Whether what is wished concerns this table. */
export const concerns = (scope: string, table: TableRef): boolean =>
  scope === '*' || scope === schemaScope(table.schema) || scope === nameOf(table);

const nameOf = ({ schema, name }: TableRef): TableName => `${schema}.${name}`;
