import type { WriteStream } from 'node:tty';
import type { Lag } from '../control/sample.js';
import type { Status } from '../control/status.js';
import { bar, showLag, visible } from './render.js';

export interface ProgressLine {
  /** The lag is shown once all tables are in; before, it is the load's. */
  show(status: Status, lag?: Lag): void;
  /** Leaves the last state standing, where one is given. */
  end(status?: Status, lag?: Lag): void;
}

/** One line that is rewritten on a terminal; elsewhere only its end, because the log says the rest. */
export function progressLine(out: WriteStream): ProgressLine {
  if (!out.isTTY)
    return { show: () => undefined, end: (last, lag) => last && out.write(`${line(last, lag).slice(0, 119)}\n`) };
  const show = (status: Status, lag?: Lag) => out.write(`\r\u001b[K${line(status, lag).slice(0, out.columns - 1)}`);
  return {
    show,
    end: (last, lag) => {
      if (last) show(last, lag);
      out.write('\n');
    },
  };
}

function line(status: Status, lag: Lag | undefined): string {
  const { progress_percent: percent, records_processed: done, records_total: total } = status;
  const parts = [
    bar(percent, 24),
    `${percent.toFixed(1).padStart(5)} %`,
    `${done.toLocaleString('en')} of ${total.toLocaleString('en')} rows`,
    lag && status.status !== 'running' ? showLag(lag) : `${status.open_tasks} tasks open`,
    status.status === 'running' ? (status.current_table ?? '') : status.status,
    status.status === 'running' && status.eta_completion ? `ends about ${status.eta_completion.slice(11, 16)}` : '',
    status.failed_tasks > 0 ? `${status.failed_tasks} FAILED` : '',
  ];
  return visible(parts.filter(Boolean).join('  '));
}
