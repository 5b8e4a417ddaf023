import type { Fault } from '../../src/base/fault.js';

/** What is to be made is there: a database, a table or view, a column, an index, a key, a routine, a trigger, an event. */
const THERE = ['1007', '1050', '1060', '1061', '1068', '1304', '1359', '1537', '1826', '3822'];

/** What is to be dropped is gone. */
const GONE = ['1008', '1051', '1091', '1305', '1360', '1539', '3821', '3940'];

/** A statement that was carried out before says so by failing thus. */
export const isDone = ({ code }: Fault): boolean => THERE.includes(code ?? '') || GONE.includes(code ?? '');
