/** Monotonic seconds: for durations and deadlines only, never written to a table (their times are the target's). */
export const monotonic = (): number => Number(process.hrtime.bigint()) / 1e9;

/** Resolves after `ms`, or at once when `signal` is or becomes aborted. Never rejects. */
export function sleep(ms: number, ...signals: AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    if (signals.some((s) => s.aborted)) return resolve();
    const done = () => {
      clearTimeout(timer);
      for (const s of signals) s.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(ms, 2 ** 31 - 1)); // longer ones would fire at once
    for (const s of signals) s.addEventListener('abort', done, { once: true });
  });
}
