import type { Ack, Command } from '../control/command.js';
import { isWish } from '../control/command.js';
import { concerns, workerScope } from '../control/wishes.js';
import type { Gate } from './gate.js';
import type { Unit } from './unit.js';

/** They record, or make plans. */
const TABLELESS: ReadonlySet<string> = new Set(['capture', 'coordinate']);

/**
 * What the units of a process answer to commands: that they have read them, and since when they obey. A unit obeys what was
 * read before its piece of work began, and whatever is not about that piece.
 */
export class Answers {
  /** By command, the reading in which it was first obeyed here. */
  private readonly since = new Map<number, number>();
  private readonly told = new Map<string, string>();

  /** `knows`: whether this process works by a plan that has a table. */
  constructor(private readonly knows: (table: string) => boolean) {}

  /** Answers that are new, or others than were given before. */
  due(gate: Gate, units: readonly Unit[]): Ack[] {
    const open = gate.wishes.open.filter((command) => isAnswered(command));
    this.forget(open);
    return open.flatMap((command) => units.flatMap((unit) => this.answer(command, unit, gate) ?? []));
  }

  private answer(command: Command, unit: Unit, gate: Gate): Ack | undefined {
    if (command.action !== 'ADD' || this.knows(command.scope))
      this.since.set(command.id, this.since.get(command.id) ?? gate.serial);
    const heard = this.since.get(command.id);
    const inEffect =
      heard !== undefined && (unit.obeys >= heard || !mayConcern(command, unit)) && !isBusyWith(command, unit);
    const answer = inEffect ? 'obeys' : `not yet: ${unit.why || unit.state}`;
    const ack = { command: command.id, worker: unit.worker, inEffect, atMark: unit.atMark, answer };
    return this.told.get(keyOf(ack)) === wordsOf(ack) ? undefined : ack;
  }

  /** They are written down: one that was lost on its way is due again. */
  given(acks: readonly Ack[]): void {
    for (const ack of acks) this.told.set(keyOf(ack), wordsOf(ack));
  }

  private forget(open: readonly Command[]): void {
    const ids = new Set(open.map(({ id }) => id));
    for (const id of this.since.keys()) if (!ids.has(id)) this.since.delete(id);
    for (const key of this.told.keys()) if (!ids.has(Number(key.split(' ')[0]))) this.told.delete(key);
  }
}

const keyOf = ({ command, worker }: Ack): string => `${command} ${worker}`;
const wordsOf = ({ inEffect, answer }: Ack): string => `${inEffect} ${answer}`;

/** Everybody does what is said to tables and workers; the rest is the coordinator's. */
const isAnswered = (command: Command): boolean =>
  !command.expired && (isWish(command) || command.action === 'THROTTLE' || command.action === 'ADD');

/**
 * Whether what the unit does now may be what the command is about. Who is at work on one table begins with the next by the
 * words that hold then; rates hold for every next block; those who never have a table in hand have none to let go.
 */
function mayConcern({ action, scope }: Command, { worker, role, table }: Unit): boolean {
  if (action === 'THROTTLE') return false;
  if (scope === '*') return true;
  if (scope.startsWith('worker:')) return scope === workerScope(worker);
  return !TABLELESS.has(role) && (table === undefined || concerns(scope, table));
}

/** Its table is to be left alone, and it still works on it. */
const isBusyWith = (command: Command, { table, state }: Unit): boolean =>
  isWish(command) &&
  command.action !== 'RUN' &&
  table !== undefined &&
  concerns(command.scope, table) &&
  state !== 'PAUSED' &&
  state !== 'STOPPED';
