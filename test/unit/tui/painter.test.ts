import * as fc from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import { layRow, line, type Row } from '../../../src/tui/draw/lines.js';
import { createPainter } from '../../../src/tui/terminal/painter.js';
import { themeOf } from '../../../src/tui/draw/theme.js';
import { createScreen } from './emulator.js';

const theme = themeOf('dark', true);
const WIDTH = 24;

function frame(...texts: string[]): Row[] {
  return texts.map((text) => layRow(line(['accent', text.slice(0, 6)], text.slice(6)), WIDTH, theme, false));
}

function painting() {
  const written: string[] = [];
  const screen = createScreen(WIDTH, 4);
  const painter = createPainter((text) => {
    written.push(text);
    screen.write(text);
  });
  return { painter, screen, written };
}

describe('the painter', () => {
  it('writes a first frame whole, inside of one synchronized update', () => {
    const { painter, screen, written } = painting();
    painter.paint(frame('one', 'two'));
    expect(written).toHaveLength(1);
    expect(written[0]?.startsWith('\u001b[?2026h')).toBe(true);
    expect(written[0]?.endsWith('\u001b[?2026l')).toBe(true);
    expect(screen.text()[0]?.trim()).toBe('one');
  });

  it('writes nothing for the same frame again', () => {
    const { painter, written } = painting();
    painter.paint(frame('one', 'two'));
    expect(painter.paint(frame('one', 'two'))).toBe(0);
    expect(written).toHaveLength(1);
  });

  it('writes only what changed', () => {
    const { painter, written } = painting();
    painter.paint(frame('one   aaa', 'two   bbb'));
    painter.paint(frame('one   aaa', 'two   ccc'));
    expect(written[1]).toContain('ccc');
    expect(written[1]).not.toContain('two');
    expect(written[1]).not.toContain('one');
  });

  it('begins anew after a reset and after another number of rows', () => {
    const { painter, written } = painting();
    painter.paint(frame('one'));
    painter.reset();
    painter.paint(frame('one'));
    painter.paint(frame('one', 'two'));
    for (const text of written) expect(text).toContain('\u001b[2J');
  });

  it('leaves on the terminal exactly the last frame, whatever came before, also with characters of doubtful width', () => {
    const piece = fc.constantFrom('a', 'bc', ' ', '漢', '👩‍👩‍👧‍👦', '●', '⚠', '☀', '…', 'x̀');
    const text = fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(''));
    const frames = fc.array(fc.array(text, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(frames, (sequence) => {
        const { painter, screen } = painting();
        for (const texts of sequence) painter.paint(frame(...texts));
        const fresh = painting();
        fresh.painter.paint(frame(...(sequence.at(-1) ?? [])));
        expect(screen.text()).toEqual(fresh.screen.text());
      }),
      { numRuns: 200 * (Number(process.env['MC_TEST_RUNS']) || 1) },
    );
  });
});
