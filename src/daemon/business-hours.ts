import { insertCommand, isWish, readCommands, scheduled, type Command } from '../control/command.js';
import { clock } from '../control/sample.js';
import type { Settings } from '../control/settings.js';
import type { Db } from '../db/db.js';

const OURS = 'openkite';
const REASON = 'business_hours';
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MINUTE = 60_000;
const DAY = 24 * 60;

/**
 * In business hours a THROTTLE holds, or a PAUSE where nothing may be moved in them: commands like anybody's, which end with
 * the hours. Each is said once, so that a person may overrule it.
 */
export async function keepBusinessHours(control: Db, settings: Settings): Promise<void> {
  const { business_hours: hours, business_rows: rows, business_bytes: bytes } = settings;
  const now = utc(await clock(control));
  const ends = hours === '' ? undefined : endOfHours(hours, settings.business_offset, now);
  if (ends === undefined) return lift(control);
  const reason = `${REASON} ${hours} (${settings.business_offset})`;
  const expiresAt = sql(ends);
  if (await scheduled(control, { author: OURS, reason, expiresAt })) return;
  const value = [rows > 0 && `rows=${rows}`, bytes > 0 && `bytes=${bytes}`].filter(Boolean).join(' ');
  const wish = value === '' ? { action: 'PAUSE' } : { action: 'THROTTLE', value };
  await insertCommand(control, { ...wish, reason, expiresAt, author: OURS });
}

/** Hours that were changed, or ended early, hold no longer. */
async function lift(control: Db): Promise<void> {
  const ours = (await readCommands(control)).filter(
    (command: Command) => command.inForce && command.author === OURS && command.reason?.startsWith(`${REASON} `),
  );
  for (const command of ours) {
    const back = isWish(command) ? { action: 'RUN' } : { action: 'THROTTLE', value: 'none' };
    await insertCommand(control, { ...back, reason: 'the business hours were changed', author: OURS });
  }
}

/** When the hours end in which `now` is, or undefined. Exported for its tests. */
export function endOfHours(hours: string, offset: string, now: Date): Date | undefined {
  const [, sign, h = '', m = ''] = /^([+-])(\d\d):(\d\d)$/.exec(offset) ?? [];
  const shift = (Number(h) * 60 + Number(m)) * (sign === '-' ? -1 : 1);
  const local = new Date(now.getTime() + shift * MINUTE);
  const minute = local.getUTCHours() * 60 + local.getUTCMinutes();
  const left = hours.split(', ').map((part) => minutesLeft(part, local.getUTCDay(), minute));
  const longest = Math.max(0, ...left);
  if (longest === 0) return undefined;
  return new Date(Math.floor(now.getTime() / MINUTE) * MINUTE + longest * MINUTE);
}

/** Of one part like `Mon-Fri 08:00-18:00`; one that ends before it begins goes on past midnight. 0: it is not now. */
function minutesLeft(part: string, day: number, minute: number): number {
  const [, from, to, start = '', end = ''] = /^(?:(\w{3})(?:-(\w{3}))? )?(\S+)-(\S+)$/.exec(part) ?? [];
  const [first, last] = [minuteOf(start), minuteOf(end)];
  const length = last > first ? last - first : last - first + DAY;
  for (const ago of [0, 1]) {
    const since = minute + ago * DAY - first;
    if (isDay((day + 7 - ago) % 7, from, to) && since >= 0 && since < length) return length - since;
  }
  return 0;
}

function isDay(day: number, from: string | undefined, to: string | undefined): boolean {
  if (from === undefined) return true;
  const [first, last] = [DAYS.indexOf(from), DAYS.indexOf(to ?? from)];
  return first <= last ? day >= first && day <= last : day >= first || day <= last;
}

const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

/** The target's clock, whose sessions of ours go by UTC. */
const utc = (text: string): Date => new Date(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`);

const sql = (time: Date): string => time.toISOString().replace('T', ' ').replace('Z', '000');
