import type { WriteStream } from 'node:tty';
import type { Status } from '../control/status.js';
import { bar, visible } from './render.js';

export interface ProgressLine {
  show(status: Status): void;
  end(): void;
}

/** One line that is rewritten on a terminal; elsewhere nothing, because the log says it. */
export function progressLine(out: WriteStream): ProgressLine {
  if (!out.isTTY) return { show: () => undefined, end: () => undefined };
  return {
    show: (status) => out.write(`\r\u001b[K${line(status, out.columns)}`),
    end: () => out.write('\n'),
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
