const MiB = 1 << 20;

/** A whole number between bounds. */
interface Whole {
  readonly kind: 'integer';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  readonly meaning: string;
}

/** A text that fits a regular expression, in the words that both servers and this language know; `unit` says in words what fits. */
interface Text {
  readonly kind: 'word';
  readonly default: string;
  readonly allowed: string;
  readonly unit: string;
  readonly meaning: string;
}

function whole(standard: number, min: number, max: number, unit: string, meaning: string): Whole {
  return { kind: 'integer', default: standard, min, max, unit, meaning };
}

function text(standard: string, allowed: RegExp, unit: string, meaning: string): Text {
  return { kind: 'word', default: standard, allowed: allowed.source, unit, meaning };
}

/** A number between bounds that need not be whole. */
interface Part {
  readonly kind: 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  readonly meaning: string;
}

const part = (standard: number, unit: string, meaning: string): Part => ({
  ...{ kind: 'number', default: standard, min: 0, max: 1, unit, meaning },
});

const yesOrNo = (standard: 'YES' | 'NO', meaning: string): Text => text(standard, /^(YES|NO)$/, 'YES or NO', meaning);

const DAY = '(Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const HOUR = '(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)';
const HOURS = `(${DAY}(-${DAY})? )?${HOUR}-${HOUR}`;

/** Every tunable: its default, its bounds and what it means to a DBA. */
export const SETTINGS = {
  extract_connections: whole(4, 1, 64, 'sessions', 'slices that are read from the source at the same time'),
  load_connections: whole(4, 1, 64, 'sessions', 'chunks that are loaded, and indexes built, at the same time'),
  slice_bytes: whole(16 * MiB, MiB, 1024 * MiB, 'bytes', 'how much of a table one chunk file holds, about'),
  batch_bytes: whole(64 * MiB, 65536, 1024 * MiB, 'bytes', 'how much is loaded between two commits, about'),
  budget_bytes: whole(10_000_000_000, MiB, 1e15, 'bytes', 'chunks not yet loaded; beyond it extraction waits'),
  keep_seconds: whole(900, 0, 864_000, 'seconds', 'how long a loaded chunk file is kept'),
  grace_seconds: whole(30, 1, 3600, 'seconds', 'how long the last word holds while wirekite_action cannot be read'),
  poll_seconds: whole(5, 1, 300, 'seconds', 'how often wirekite_action is read when nothing wakes the reader'),
  lease_seconds: whole(
    15,
    5,
    3600,
    'seconds',
    'how long after its last sign of life a worker keeps what it has claimed',
  ),
  stop_seconds: whole(60, 0, 86_400, 'seconds', 'how long STOP waits for a statement before it cancels it'),
  lock_timeout_seconds: whole(10, 1, 3600, 'seconds', 'how long a statement waits for a lock on the target'),
  max_retries: whole(3, 0, 1000, 'times', 'tries after the first one, for faults that pass'),
  work_memory_bytes: whole(256 * MiB, MiB, 1e12, 'bytes', 'memory of one session that builds an index'),
  seal_bytes: whole(64 * MiB, 65536, 1024 * MiB, 'bytes', 'how much one file of changes holds, about'),
  changes_bytes: whole(5_000_000_000, MiB, 1e15, 'bytes', 'changes not yet applied; beyond it they wait on the source'),
  window_bytes: whole(16 * MiB, MiB, 1024 * MiB, 'bytes', 'how much of changes is applied as one set'),
  window_keys: whole(40_000, 1, 10_000_000, 'keys', 'of how many rows changes are applied as one set'),
  idle_log_bytes: whole(16 * MiB, 1, 1e12, 'bytes', 'log without changes of ours kept before a file says so'),
  keep_snapshot_seconds: whole(0, 0, 864_000, 'seconds', 'how long PAUSE may hold the snapshot; 0 is no limit'),
  throttle_rows: whole(0, 0, 1e12, 'rows/s', 'rows read, and rows written, in a second at most; 0 is no limit'),
  throttle_bytes: whole(0, 0, 1e15, 'bytes/s', 'bytes read, and bytes written, in a second at most; 0 is no limit'),
  throttle_sessions: whole(
    0,
    0,
    100_000,
    'sessions',
    'busy ones of others on the target beyond which we wait; 0 is no limit',
  ),
  business_hours: text(
    '',
    new RegExp(`^(${HOURS}(, ${HOURS})*)?$`),
    'hours like Mon-Fri 08:00-18:00, Sat 09:00-12:00',
    'in them business_rows and business_bytes hold; empty: never',
  ),
  business_offset: text(
    '+00:00',
    /^[+-](0[0-9]|1[0-4]):[0-5][0-9]$/,
    'an offset from UTC like +02:00',
    'by which clock business_hours are meant',
  ),
  business_rows: whole(0, 0, 1e12, 'rows/s', 'as throttle_rows, in business hours; 0, and business_bytes 0: PAUSE'),
  business_bytes: whole(0, 0, 1e15, 'bytes/s', 'as throttle_bytes, in business hours'),
  checkpoint_keep: whole(5, 1, 1000, 'checkpoints', 'how many of wirekite_checkpoint are kept'),
  history_days: whole(90, 1, 36_500, 'days', 'how long wirekite_history and settled commands are kept'),
  admins: text(
    '',
    /^[^,]*(,[^,]+)*$/,
    'logins with commas between them',
    'who may say CUTOVER and REPAIR, besides openkite’s own login',
  ),
  cutover_lag_seconds: whole(10, 0, 86_400, 'seconds', 'the most that the target may be behind when a cutover begins'),
  sequence_margin: whole(
    1000,
    0,
    1e9,
    'values',
    'how far beyond the source’s counters the target’s begin at a cutover',
  ),
  plan_cpus: whole(0, 0, 10_000, 'CPUs', 'how many CPUs a plan reckons with; 0 is no limit'),
  plan_memory_bytes: whole(0, 0, 1e15, 'bytes', 'memory that a plan lets index builds have together; 0 is no limit'),
  max_tables: whole(0, 0, 10_000, 'tables', 'tables that are read at the same time; 0 is no limit'),
  slice_rows: whole(0, 0, 1e12, 'rows', 'rows that one chunk file holds, about; 0: slice_bytes alone says'),
  batch_rows: whole(0, 0, 1e12, 'rows', 'rows that are loaded between two commits, about; 0: batch_bytes alone says'),
  batch_seconds: whole(10, 1, 3600, 'seconds', 'how long a batch may take before the next one is smaller'),
  adaptive_batches: yesOrNo('YES', 'batches grow by a step while they are quick, and shrink by half when they are not'),
  bottleneck_detection: yesOrNo('YES', 'what daemons spend their time on is sampled: wirekite_bottleneck'),
  auto_scale: yesOrNo('NO', 'local readers and loaders are as many as the bottleneck wants, up to max_workers'),
  max_workers: whole(16, 2, 1024, 'sessions', 'readers and loaders together, at most, where auto_scale is YES'),
  continue_on_error: yesOrNo('YES', 'whether others still begin once a task has failed for good'),
  auto_recover: yesOrNo(
    'YES',
    'failures are retried, waited out, skipped or rolled back by their kind; NO: they stop it',
  ),
  max_consecutive_errors: whole(
    100,
    0,
    1e9,
    'errors',
    'failures without a success between that are escalated; 0: none',
  ),
  escalation_threshold: part(0.01, 'errors per row', 'more errors than this part of the rows are escalated'),
  pause_on_escalation: yesOrNo('NO', 'an escalation pauses everything, by a command of openkite’s own'),
  checkpoint_minutes: whole(15, 0, 10_000, 'minutes', 'between two checkpoints; 0: none by time'),
  checkpoint_rows: whole(100_000, 0, 1e12, 'rows', 'between two checkpoints, at most one a minute; 0: none by rows'),
  checkpoint_percent: whole(25, 0, 100, '%', 'of all rows between two checkpoints; 0: none by progress'),
} as const satisfies Readonly<Record<string, Whole | Part | Text>>;

export type SettingName = keyof typeof SETTINGS;
export type Settings = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name]['kind'] extends 'word' ? string : number;
};
