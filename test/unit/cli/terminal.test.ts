import { describe, expect, it } from 'vitest';
import { createPrinter } from '../../../src/cli/print/print.js';
import { paint, terminalOf } from '../../../src/cli/print/terminal.js';

const tty = { isTTY: true, columns: 100 };
const pipe = {};

describe('terminalOf', () => {
  it('shows colour and boxes on a terminal, neither on a pipe', () => {
    expect(terminalOf(tty, {})).toEqual({ colour: true, boxes: true, width: 100, unicode: true });
    expect(terminalOf(pipe, {})).toMatchObject({ colour: false, boxes: false, width: Number.POSITIVE_INFINITY });
  });

  it.each([
    [{ NO_COLOR: '1' }, tty, false],
    [{ NO_COLOR: '' }, tty, true],
    [{ FORCE_COLOR: '1' }, pipe, true],
    [{ FORCE_COLOR: '0' }, tty, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, pipe, false],
    [{ CLICOLOR_FORCE: '1' }, pipe, true],
    [{ CLICOLOR_FORCE: '0' }, pipe, false],
    [{ CLICOLOR: '0' }, tty, false],
    [{ CLICOLOR: '1' }, pipe, false],
    [{ CLICOLOR: '0', FORCE_COLOR: '1' }, tty, true],
    [{ TERM: 'dumb' }, tty, false],
  ])('with %j decides on colour', (env, stream, colour) => {
    expect(terminalOf(stream, env).colour).toBe(colour);
  });

  it('draws no boxes and only ASCII on a dumb terminal', () => {
    expect(terminalOf(tty, { TERM: 'dumb' })).toMatchObject({ boxes: false, unicode: false });
  });

  it('shows only ASCII in the C locale', () => {
    expect(terminalOf(tty, { LC_ALL: 'C' }).unicode).toBe(false);
    expect(terminalOf(tty, { LANG: 'de_DE.UTF-8' }).unicode).toBe(true);
  });

  it('falls back to 80 columns where a terminal does not tell', () => {
    expect(terminalOf({ isTTY: true, columns: 0 }, {}).width).toBe(80);
  });
});

describe('paint', () => {
  it('leaves text alone without colours', () => {
    expect(paint(terminalOf(pipe, {}), 'red', 'x')).toBe('x');
    expect(paint(terminalOf(tty, {}), 'red', 'x')).toBe('\u001b[31mx\u001b[0m');
  });
});

describe('a printer in the C locale', () => {
  it('prints the marks between words in ASCII, and JSON as it is', () => {
    const written: string[] = [];
    const stream = { isTTY: true, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream;
    const options = { quiet: false, stdout: stream, stderr: stream, env: { LC_ALL: 'C', NO_COLOR: '1' } };
    createPrinter({ ...options, json: false }).result(null, () => 'mc · Zoë  –  busy → idle…');
    createPrinter({ ...options, json: true }).item('–', '');
    expect(written).toEqual(['mc - Zoë  -  busy > idle~\n', '"–"\n']);
  });
});
