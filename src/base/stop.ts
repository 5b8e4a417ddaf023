/** How a process ends: the first signal asks it to finish what it holds, the second to abandon it. */
export interface Stop {
  /** Aborted by the first SIGTERM or SIGINT, or by `drain()`: take no new work. */
  readonly draining: AbortSignal;
  /** Aborted by the second: roll back and leave. */
  readonly aborting: AbortSignal;
  drain(reason: string): void;
  abort(reason: string): void;
}

function stopSwitch(): Stop {
  const draining = new AbortController();
  const aborting = new AbortController();
  return {
    draining: draining.signal,
    aborting: aborting.signal,
    drain: (reason) => draining.abort(new Error(reason)),
    abort: (reason) => {
      draining.abort(new Error(reason));
      aborting.abort(new Error(reason));
    },
  };
}

/** The process's own stop, wired to SIGTERM, SIGINT and the loss of a parent that spawned it with IPC. */
export function stopOnSignals(): Stop {
  const stop = stopSwitch();
  const onSignal = (signal: NodeJS.Signals) =>
    stop.draining.aborted ? stop.abort(`second ${signal}`) : stop.drain(signal);
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('disconnect', () => stop.drain('the coordinator that started this daemon is gone'));
  return stop;
}
