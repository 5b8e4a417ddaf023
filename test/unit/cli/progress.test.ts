import { expect, it } from 'vitest';
import { progressJson } from '../../../src/cli/progress-json.js';
import { phaseBar } from '../../../src/cli/render.js';
import type { Status } from '../../../src/control/status.js';

const STATUS = {
  ...{ status: 'running', current_phase: 3, phase_total: 5, phase_name: 'transaction', progress_percent: 62 },
  ...{ records_processed: 32_456_789, records_total: 52_000_000, records_per_hour: 1_250_000 },
  ...{ started_at: '2026-02-02 08:00:00+00', elapsed_hours: 12.5, eta_completion: '2026-02-02 20:30:00+00' },
  ...{ errors_total: 847, errors_recovered: 834, errors_escalated: 13, recovery_rate: 0.985 },
} as Status;

it('the progress document has the keys of the status API, and no other name for any', () => {
  const { status, phase, progress, timing, errors } = progressJson(STATUS, undefined);
  expect({ status, phase, progress, timing, errors }).toEqual({
    status: 'running',
    phase: { current: 3, total: 5, name: 'transaction' },
    progress: { percent: 62, records_processed: 32_456_789, records_total: 52_000_000, throughput_per_hour: 1_250_000 },
    timing: { started_at: '2026-02-02 08:00:00+00', elapsed_hours: 12.5, eta_completion: '2026-02-02 20:30:00+00' },
    errors: { total: 847, recovered: 834, escalated: 13, recovery_rate: 0.985 },
  });
});

it('a phase is a bar', () => {
  const phase = { phase: 3, name: 'trans\naction', tables: 2, percent: 52.4, seconds: 16 * 3600 };
  expect(phaseBar(phase)).toBe('Phase 3 (trans\\u000aaction): [######......]  52 % (16 h)');
  expect(phaseBar({ ...phase, name: 'detail', percent: 0, seconds: undefined })).toMatch(
    /\[\.{12}\] {3}0 % \(not begun\)$/,
  );
});
