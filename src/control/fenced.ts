import { Fault, type Place } from '../base/fault.js';

/** The claim is not ours any more: another worker took over, the table was emptied, or the row was deleted. */
export const fenced = (what: string, place: Place): Fault =>
  new Fault('transient', `${what} is no longer this worker's`, {
    code: 'FENCED',
    place,
    safe: 'nothing was written; the marks are as the other one left them',
    hint: 'let it go; look at wirekite_progress and wirekite_worker for who has it now',
  });
