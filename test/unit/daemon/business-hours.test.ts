import { describe, expect, test } from 'vitest';
import { SETTINGS } from '../../../src/control/settings.js';
import { endOfHours } from '../../../src/daemon/business-hours.js';

/** 2026-11-26 is a Thursday. */
const at = (day: number, time: string): Date => new Date(`2026-11-${day}T${time}:00Z`);

describe('business hours', () => {
  test.each([
    ['Mon-Fri 08:00-18:00', '+00:00', at(26, '07:59'), undefined],
    ['Mon-Fri 08:00-18:00', '+00:00', at(26, '08:00'), at(26, '18:00')],
    ['Mon-Fri 08:00-18:00', '+00:00', at(26, '18:00'), undefined],
    ['Mon-Fri 08:00-18:00', '+00:00', at(28, '12:00'), undefined],
    ['Mon-Fri 08:00-18:00, Sat 09:00-12:00', '+00:00', at(28, '11:30'), at(28, '12:00')],
    ['08:00-18:00', '+02:00', at(26, '06:30'), at(26, '16:00')],
    ['08:00-18:00', '-05:30', at(26, '13:00'), undefined],
    ['08:00-18:00', '-05:30', at(26, '13:30'), at(26, '23:30')],
    ['22:00-06:00', '+00:00', at(26, '23:00'), at(27, '06:00')],
    ['22:00-06:00', '+00:00', at(27, '05:59'), at(27, '06:00')],
    ['Fri 22:00-06:00', '+00:00', at(28, '01:00'), at(28, '06:00')],
    ['Fri 22:00-06:00', '+00:00', at(27, '01:00'), undefined],
    ['Fri-Mon 00:00-24:00', '+00:00', at(29, '10:00'), at(30, '00:00')],
    ['Fri-Mon 00:00-24:00', '+00:00', at(26, '10:00'), undefined],
    ['08:00-12:00, 10:00-16:00', '+00:00', at(26, '11:00'), at(26, '16:00')],
  ])('%s at %s', (hours, offset, now, end) => {
    expect(endOfHours(hours, offset, now)).toEqual(end);
  });

  test('the pattern by which the tables judge them takes these and no others', () => {
    const takes = (text: string): boolean => new RegExp(SETTINGS.business_hours.allowed).test(text);
    for (const right of ['', '08:00-18:00', 'Mon-Fri 08:00-18:00, Sat 09:00-12:00', 'Sun 00:00-24:00'])
      expect(takes(right), right).toBe(true);
    for (const wrong of [
      '8-18',
      'Mon-Fri',
      'mon 08:00-18:00',
      '08:00-25:00',
      '08:00-18:00,',
      '08:00-18:60',
      ' 08:00-18:00',
    ])
      expect(takes(wrong), wrong).toBe(false);
  });
});
