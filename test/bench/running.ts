import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** `openkite run --execute`, or other words, to its end. Returns its exit code. */
export async function runOpenkite(file: string, words = ['run', '--execute']): Promise<number | null> {
  const env = { ...process.env, OPENKITE_LOG: 'warn' };
  const child = spawn(process.execPath, [CLI, ...words, '-c', file], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** An `openkite run` that goes on while the bench looks at it. */
export interface Running {
  readonly ended: Promise<number | null>;
  /** Peak resident memory so far in MB, by what the process is: `run`, or the words that started its child. */
  peaks(): ReadonlyMap<string, number>;
}

export function startRun(source: URL, target: URL, options: { readonly changes?: boolean } = {}): Running {
  const folder = mkdtempSync(join(tmpdir(), 'openkite-bench-'));
  const file = join(folder, 'openkite.yaml');
  writeFileSync(
    file,
    `migration: bench\nsource: \${BENCH_SOURCE}\ntarget: \${BENCH_TARGET}\nchanges: ${options.changes ?? false}\nchunks: { store: ./chunks }\n`,
  );
  const env = { ...process.env, BENCH_SOURCE: source.href, BENCH_TARGET: target.href, OPENKITE_LOG: 'warn' };
  const child = spawn(process.execPath, [CLI, 'run', '--execute', '-c', file], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const peaks = new Map<string, number>();
  const sampling = setInterval(() => sample(child, peaks), 50);
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      clearInterval(sampling);
      rmSync(folder, { recursive: true, force: true });
      resolve(code);
    });
  });
  return { ended, peaks: () => peaks };
}

/** The kernel keeps each process's own peak: reading it now and then loses nothing but a process's last moments. */
function sample(parent: ChildProcess, peaks: Map<string, number>): void {
  const children = tryRead(`/proc/${parent.pid}/task/${parent.pid}/children`).split(' ').filter(Boolean);
  for (const pid of [String(parent.pid), ...children]) {
    const argv = tryRead(`/proc/${pid}/cmdline`)
      .split('\0')
      .filter((word) => !word.startsWith('--max'));
    const kilobytes = /VmHWM:\s+(\d+)/.exec(tryRead(`/proc/${pid}/status`))?.[1];
    const role = argv.includes('run') ? 'run' : `${/(\w+)\/main\.js/.exec(argv[1] ?? '')?.[1]} ${argv[2]}`;
    if (kilobytes) peaks.set(role, Math.max(peaks.get(role) ?? 0, Number(kilobytes) / 1024));
  }
}

function tryRead(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}
