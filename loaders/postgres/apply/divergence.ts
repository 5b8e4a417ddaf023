import { Fault } from '../../../src/base/fault.js';
import type { Divergence } from '../../../src/connector/loader.js';
import { newKey, oldKey } from '../../../src/connector/one-change.js';
import type { Tx } from '../../../src/db/db.js';
import { fieldOf, parameterOf, rowOf } from '../../../src/format/fields.js';
import { pieces } from '../../../src/format/pieces.js';
import type { FarValues, RowChange } from '../../../src/model/change.js';
import { attempt, type Objection } from './attempt.js';
import { rowByKey } from './statements.js';
import type { Target } from './targets.js';

/** Bytes of every text that is told. */
const LIMIT = 8192;

/** What a person needs to judge a change that was not applied. What was refused may stand in the way of another row. */
export async function divergence(
  tx: Tx,
  target: Target,
  change: RowChange,
  objection: Objection,
  far: FarValues,
): Promise<Divergence> {
  const refused = objection instanceof Fault;
  return {
    change,
    key: await told(rowOf(oldKey(change)), far),
    row: change.row && (await told(change.row, far)),
    found: await rowUnder(tx, target, refused ? newKey(change) : oldKey(change)),
    cause: refused ? objection.message : counted(objection.found),
    code: refused ? objection.code : undefined,
  };
}

const counted = (found: number): string =>
  found === 0 ? 'there is no such row' : `there are ${found} such rows, and there should be one`;

async function told(row: Uint8Array, far: FarValues): Promise<string> {
  let text = Buffer.alloc(0);
  for await (const part of pieces([row], far)) {
    text = Buffer.concat([text, part]);
    if (text.length > LIMIT) break;
  }
  return cut(text).replace(/\n$/, '');
}

/** As a text column can hold it: no half character, no NUL. */
const cut = (bytes: Uint8Array): string =>
  new TextDecoder().decode(bytes.subarray(0, LIMIT), { stream: true }).replaceAll('\0', '␀');

/** Undefined also where the key is no value that the target could have. */
async function rowUnder(tx: Tx, target: Target, key: readonly Buffer[]): Promise<string | undefined> {
  let found: string | undefined;
  if (target.keys.length === 0) return undefined;
  await attempt(tx, async () => {
    const params = Object.fromEntries(key.map((field, i) => [`k${i}`, parameterOf(field)]));
    const { rows } = await tx.query<Record<string, string | null>>(rowByKey(target, LIMIT), params);
    found = rows[0] && cut(rowOf(Object.values(rows[0]).map(fieldOf)));
    return undefined;
  });
  return found;
}
