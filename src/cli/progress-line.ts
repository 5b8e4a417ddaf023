import type { WriteStream } from 'node:tty';
import type { Status } from '../control/status.js';
import { bar, visible } from './render.js';

export interface ProgressLine {
  show(status: Status): void;
  /** Leaves the last state standing, where one is given. */
  end(status?: Status): void;
}

/** One line that is rewritten on a terminal; elsewhere only its end, because the log says the rest. */
export function progressLine(out: WriteStream): ProgressLine {
  if (!out.isTTY) return { show: () => undefined, end: (last) => last && out.write(`${line(last, 120)}\n`) };
  const show = (status: Status) => out.write(`\r\u001b[K${line(status, out.columns)}`);
  return {
    show,
    end: (last) => {
      if (last) show(last);
      out.write('\n');
    },
  };
}

function line(status: Status, columns: number): string {
  const { progress_percent: percent, records_processed: done, records_total: total } = status;
  const parts = [
    bar(percent, 24),
    `${percent.toFixed(1).padStart(5)} %`,
    `${done.toLocaleString('en')} of ${total.toLocaleString('en')} rows`,
    `${status.open_tasks} tasks open`,
    status.status === 'running' ? (status.current_table ?? '') : status.status,
    status.failed_tasks > 0 ? `${status.failed_tasks} FAILED` : '',
  ];
  return visible(parts.filter(Boolean).join('  ')).slice(0, columns - 1);
}
