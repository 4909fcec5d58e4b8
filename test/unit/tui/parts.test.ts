import { describe, expect, it } from 'vitest';
import { lineChart, resample, sparkline, stats } from '../../../src/tui/draw/charts.js';
import { editLine, newEditor, pasteInto, visiblePart } from '../../../src/tui/editor.js';
import { keysOf, mouseOf } from '../../../src/tui/terminal/input.js';
import { createPasteReader } from '../../../src/tui/terminal/paste.js';
import { moveCursor, windowOf } from '../../../src/tui/list.js';
import { alarmSequence, copySequence } from '../../../src/tui/terminal/osc.js';
import { detectTheme, detectUnicode } from '../../../src/tui/draw/theme.js';
import { NO_KEY } from '../../support/ink.js';

describe('a window on a list', () => {
  const keys = ['a', 'b', 'c', 'd', 'e'];
  const list = { cursor: null, index: 0, top: 0, filter: '' };

  it('moves with its cursor and never beyond the ends', () => {
    const down = moveCursor(list, keys, 2, 3);
    expect(down).toMatchObject({ cursor: 'd', top: 2 });
    expect(moveCursor(down, keys, 2, -1)).toMatchObject({ cursor: 'c', top: 2 });
    expect(moveCursor(down, keys, 2, Number.POSITIVE_INFINITY)).toMatchObject({ cursor: 'e', top: 3 });
    expect(moveCursor(down, keys, 2, Number.NEGATIVE_INFINITY)).toMatchObject({ cursor: 'a', top: 0 });
  });

  it('is nowhere in an empty list', () => {
    expect(windowOf(list, [], 3)).toEqual({ index: -1, top: 0 });
    expect(moveCursor(list, [], 3, 1).cursor).toBeNull();
  });
});

describe('a line that is written', () => {
  const write = (...keys: string[]) => keys.reduce(editLine, newEditor());

  it.each([
    [['a', 'b', 'left', 'c'], 'acb'],
    [['a', 'space', 'b', 'ctrl+w'], 'a '],
    [['👩‍👩‍👧', 'x', 'left', 'backspace'], 'x'],
    [['a', 'b', 'home', 'delete'], 'b'],
    [['a', 'b', 'ctrl+u'], ''],
    [['a', 'b', 'ctrl+a', 'ctrl+k'], ''],
    [['a', 'pagedown', 'f5'], 'a'],
  ])('%j makes %j', (keys, text) => {
    expect(write(...keys).text).toBe(text);
  });

  it('is shown around its cursor', () => {
    expect(visiblePart({ text: 'abcdefgh', at: 8 }, 4)).toEqual({ before: 'fgh', after: '' });
    expect(visiblePart({ text: 'ab', at: 1 }, 4)).toEqual({ before: 'a', after: 'b' });
  });
});

describe('a paste', () => {
  const pasted = (...inputs: (string | [string, object])[]) => {
    const reader = createPasteReader();
    return inputs.map((input) => {
      const [text, key] = typeof input === 'string' ? [input, {}] : input;
      return reader.take(text, { ...NO_KEY, ...key }, 0);
    });
  };

  it('is the text between its signs, in however many pieces', () => {
    expect(pasted('[200~', 'delete', ['', { return: true }], 'q', ['', { upArrow: true }], 'x', '[201~')).toEqual([
      'more',
      'more',
      'more',
      'more',
      'more',
      'more',
      { text: 'delete qx' },
    ]);
    expect(pasted('[200~', '[201~', 'q')).toEqual(['more', { text: '' }, null]);
  });

  it('is what no hand types at once, where a terminal marks none', () => {
    expect(pasted('y\r'.repeat(40))).toEqual([{ text: 'y\r'.repeat(40) }]);
    expect(pasted('yes\r', ['', { return: true }])).toEqual([null, null]);
  });

  it('that never ends is over after a silence', () => {
    const reader = createPasteReader();
    expect(reader.take('[200~', NO_KEY, 0)).toBe('more');
    expect(reader.take('q', NO_KEY, 1999)).toBe('more');
    expect(reader.take('q', NO_KEY, 4000)).toBeNull();
  });

  it('is bounded', () => {
    const [, , end] = pasted('[200~', 'x'.repeat(300_000), '[201~');
    expect(end).toEqual({ text: 'x'.repeat(100_000) });
  });

  it('becomes one line in a field: no line ends, nothing that steers', () => {
    const editor = editLine(editLine(newEditor('ab'), 'left'), 'x');
    expect(pasteInto(editor, 'one\r\ntwo\u001b[2J\tthree')).toEqual({ text: 'axone two[2J threeb', at: 18 });
    expect(pasteInto(newEditor(), 'x'.repeat(100_000)).text).toHaveLength(20_000);
  });
});

describe('input', () => {
  it.each([
    ['q', {}, ['q']],
    ['', { upArrow: true }, ['up']],
    ['c', { ctrl: true }, ['ctrl+c']],
    ['', { tab: true, shift: true }, ['shift+tab']],
    ['ab c', {}, ['a', 'b', 'space', 'c']],
    ['x\r', {}, ['x', 'enter']],
    ['👩‍👩‍👧', {}, ['👩‍👩‍👧']],
    ['[200~', {}, []],
    ['', { delete: true }, ['backspace']],
    ['\u0000', {}, []],
  ])('%j %j is %j', (text, key, expected) => {
    expect(keysOf(text, { ...NO_KEY, ...key })).toEqual(expected);
  });

  it.each([
    ['[<0;11;4M', { kind: 'click', x: 10, y: 3 }],
    ['[<64;1;1M', { kind: 'up', x: 0, y: 0 }],
    ['[<65;1;1M', { kind: 'down', x: 0, y: 0 }],
    ['[<0;11;4m', 'ignored'],
    ['[<35;1;1M', 'ignored'],
    ['q', null],
  ])('%j is %j', (text, expected) => {
    expect(mouseOf(text)).toEqual(expected);
  });
});

describe('charts', () => {
  const series = (values: (number | null)[]) => ({
    metric: 'm',
    unit: 'u',
    agent: null,
    points: values.map((v, index) => ({ t: new Date(index * 60_000).toISOString(), v })),
  });

  it('keep gaps gaps', () => {
    expect(sparkline([0, null, 10], 3, 0)).toBe('▁ █');
    expect(sparkline([], 3)).toBe('   ');
    expect(resample([1, 3, null, null], 2)).toEqual([2, null]);
    expect(stats(series([null, null]))).toBeNull();
    expect(stats(series([1, null, 3]))).toEqual({ min: 1, max: 3, avg: 2, last: 3 });
  });

  it('draw axes around a line, and nothing where there is no room', () => {
    const rows = lineChart(series([1, 2, null, 4]), 40, 8, String);
    expect(rows).toHaveLength(8);
    expect(rows[0]).toMatch(/^ *4 ┤/);
    expect(rows[5]).toMatch(/^ *1 ┤/);
    expect(rows[6]).toContain('╰──');
    expect(lineChart(series([1]), 10, 8, String)).toEqual([]);
    expect(lineChart(series([5, 5]), 40, 8, String)[0]).toContain('7.5');
  });
});

describe('what a terminal can show', () => {
  it.each([
    [{ NO_COLOR: '1', COLORTERM: 'truecolor' }, 'mono'],
    [{ TERM: 'dumb' }, 'mono'],
    [{ TERM: 'linux' }, '16'],
    [{ TERM: 'xterm-256color' }, 'dark'],
    [{ TERM: 'xterm-256color', COLORFGBG: '0;15' }, 'light'],
    [{ TERM: 'xterm', COLORTERM: 'truecolor', COLORFGBG: '15;0' }, 'dark'],
  ])('%j is %s', (env, theme) => {
    expect(detectTheme(env)).toBe(theme);
  });

  it('is UTF-8 unless the locale says otherwise', () => {
    expect(detectUnicode({})).toBe(true);
    expect(detectUnicode({ LANG: 'de_DE.UTF-8' })).toBe(true);
    expect(detectUnicode({ LANG: 'de_DE.UTF-8', LC_ALL: 'C' })).toBe(false);
  });

  it('takes copies and notices that cannot break out of their sequence', () => {
    expect(copySequence('api')).toBe('\u001b]52;c;YXBp\u0007');
    expect(alarmSequence('disk\u0007\u001b]0;x')).not.toContain('disk\u0007');
  });
});
