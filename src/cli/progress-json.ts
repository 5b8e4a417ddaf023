import type { Lag } from '../control/sample.js';
import type { Status } from '../control/status.js';

/** How it stands, under the names of the status API that dashboards read, and beside them the row of `wirekite_status`. */
export function progressJson(status: Status, lag: Lag | undefined): Record<string, unknown> {
  return {
    ...status,
    phase: { current: status.current_phase, total: status.phase_total, name: status.phase_name },
    progress: {
      percent: status.progress_percent,
      records_processed: status.records_processed,
      records_total: status.records_total,
      throughput_per_hour: status.records_per_hour,
    },
    timing: {
      started_at: status.started_at,
      elapsed_hours: status.elapsed_hours,
      eta_completion: status.eta_completion,
    },
    errors: {
      total: status.errors_total,
      recovered: status.errors_recovered,
      escalated: status.errors_escalated,
      recovery_rate: status.recovery_rate,
    },
    lag,
  };
}
