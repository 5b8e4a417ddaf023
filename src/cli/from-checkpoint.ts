import { Fault } from '../base/fault.js';
import type { Context } from '../daemon/context.js';
import { EXIT } from '../daemon/exit.js';
import type { Prepared } from '../daemon/prepare.js';
import { explainRollback, rollBack } from '../daemon/roll-back.js';
import type { Rollback, Wanted } from '../run/rollback.js';
import { print, table } from './render.js';

/** What `--from-checkpoint` names: a number, or the newest one where it names nothing. */
export function wantedCheckpoint(
  { fromCheckpoint: name }: { readonly fromCheckpoint?: string },
  { begun }: Pick<Prepared, 'begun'>,
): Wanted | undefined {
  if (name === undefined) return undefined;
  if (!begun) throw new Fault('operator', 'no run has begun yet: there is no checkpoint to return to');
  if (name === '' || name === 'latest') return 'latest';
  if (/^[1-9]\d{0,14}$/.test(name)) return Number(name);
  throw new Fault('operator', `--from-checkpoint is the number of a checkpoint, or latest, not ${name}`, {
    hint: 'SELECT checkpoint_id, created_at, cause FROM wirekite_checkpoint',
  });
}

export async function explainReturn(context: Context, wanted: Wanted): Promise<void> {
  const found = await explainRollback(context, wanted);
  print(describe(found, 'would be emptied and loaded again'));
  if (found.refusals.length === 0) return print('Nothing was changed. --execute does it, and goes on.');
  print(`Now it would be refused:\n  ${found.refusals.join('\n  ')}`);
  process.exitCode = EXIT.misused;
}

export async function returnTo(context: Context, wanted: Wanted): Promise<void> {
  print(describe(await rollBack(context, wanted), 'were emptied and are loaded again'));
}

function describe({ checkpoint: { id, createdAt, cause }, tables }: Rollback, become: string): string {
  const head = `Checkpoint ${id} of ${createdAt}: ${cause}.`;
  if (tables.length === 0) return `${head}\nNo table holds other rows than then.`;
  const rows = tables.map(({ target, then, now, rows: count }) => ({
    ...{ table: target, then: then ?? 'not there', now, rows: count },
  }));
  return `${head} These tables ${become}:\n${table(rows)}`;
}
