import { describe, expect, it } from 'vitest';
import { isQuiet, parseQuiet } from '../../../../src/alerts/delivery/quiet.js';

const at = (text: string) => Date.parse(text);
const quietAt = (text: string, time: string) => {
  const quiet = parseQuiet(text, 'UTC');
  expect(quiet).not.toBeNull();
  return quiet !== null && isQuiet(quiet, at(time));
};

describe('quiet hours', () => {
  it.each([
    // Berlin is UTC+1 in winter, UTC+2 in summer.
    ['22:00-07:00 Europe/Berlin', '2026-11-26T21:00:00Z', true],
    ['22:00-07:00 Europe/Berlin', '2026-11-26T20:59:59Z', false],
    ['22:00-07:00 Europe/Berlin', '2026-11-27T05:59:00Z', true],
    ['22:00-07:00 Europe/Berlin', '2026-11-27T06:00:00Z', false],
    ['22:00-07:00 Europe/Berlin', '2026-07-01T20:00:00Z', true],
    ['22:00-07:00 Europe/Berlin', '2026-07-01T19:59:00Z', false],
    // Saturday the 28th, as the zone of the span before has it.
    ['22:00-07:00 Europe/Berlin; sat,sun', '2026-11-28T12:00:00Z', true],
    ['22:00-07:00 Europe/Berlin; sat,sun', '2026-11-27T12:00:00Z', false],
    ['22:00-07:00 Europe/Berlin; sat,sun', '2026-11-27T23:30:00Z', true],
    ['sat,sun; 22:00-07:00 Asia/Tokyo', '2026-11-27T15:00:00Z', true],
    ['sat,sun; 22:00-07:00 Asia/Tokyo', '2026-11-29T15:00:00Z', true],
    ['sat,sun Asia/Tokyo', '2026-11-29T15:00:00Z', false],
    ['mon-fri 12:00-13:00', '2026-11-27T12:30:00Z', true],
    ['mon-fri 12:00-13:00', '2026-11-28T12:30:00Z', false],
    ['fri-mon', '2026-11-29T12:30:00Z', true],
    ['fri-mon', '2026-12-01T12:30:00Z', false],
    // A night belongs to the day on which it begins.
    ['fri 22:00-06:00', '2026-11-28T05:00:00Z', true],
    ['fri 22:00-06:00', '2026-11-27T05:00:00Z', false],
    ['00:00-24:00', '2026-11-27T05:00:00Z', true],
    ['09:00-10:00 America/St_Johns', '2026-11-27T12:45:00Z', true],
  ])('%s at %s: %s', (text, time, expected) => {
    expect(quietAt(text, time)).toBe(expected);
  });

  it('follows the clocks when they are set back, in both hours that are called two', () => {
    expect(quietAt('02:30-02:45 Europe/Berlin', '2026-10-25T00:40:00Z')).toBe(true);
    expect(quietAt('02:30-02:45 Europe/Berlin', '2026-10-25T01:40:00Z')).toBe(true);
  });

  it.each([
    '',
    ';',
    '22:00',
    '25:00-26:00',
    '22:00-22:00',
    '22:60-23:00',
    'day',
    'sat,xyz',
    'Europe/Nowhere',
    '22:00-07:00 UTC UTC',
    'sat sun',
  ])('makes no sense of %j', (text) => {
    expect(parseQuiet(text, 'UTC')).toBeNull();
  });
});
