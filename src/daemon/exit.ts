import { Fault } from '../base/fault.js';

/** How a process says how it ended. Several at once: 2, 1, 4, 5 in this order. */
export const EXIT = { done: 0, failed: 1, misused: 2, stopped: 4, queued: 5 } as const;

export const exitOf = (error: unknown): number =>
  error instanceof Fault && error.kind === 'operator' ? EXIT.misused : EXIT.failed;

/** What lifts a STOP: nothing but a person does. */
export const liftStop = (schema: string): string => `UPDATE ${schema}.wirekite_action SET action = 'RUN';`;
