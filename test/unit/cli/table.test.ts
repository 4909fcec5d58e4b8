import { describe, expect, it } from 'vitest';
import { type Column, renderTable } from '../../../src/cli/print/table.js';
import { terminalOf } from '../../../src/cli/print/terminal.js';
import { flow, pad, truncate, widthOf } from '../../../src/cli/print/width.js';

interface Row {
  id: string;
  task: string;
  done: number;
}

const columns: Column<Row>[] = [
  { header: 'ID', cell: (row) => row.id },
  { header: 'TASK', cell: (row) => row.task, min: 6 },
  { header: 'DONE', cell: (row) => String(row.done), align: 'right' },
];
const rows: Row[] = [
  { id: 'api', task: 'Replay the outage of last Tuesday in full', done: 9 },
  { id: 'ümlaut-日本', task: 'x', done: 12_345 },
];
const pipe = terminalOf({}, {});
const terminal = (width: number) => terminalOf({ isTTY: true, columns: width }, { NO_COLOR: '1' });

describe('renderTable', () => {
  it('prints plain columns of any width on a pipe', async () => {
    expect(renderTable(columns, rows, pipe)).toBe(
      [
        'ID           TASK                                        DONE',
        'api          Replay the outage of last Tuesday in full      9',
        'ümlaut-日本  x                                          12345',
      ].join('\n'),
    );
  });

  it.each([120, 60, 40, 30, 24])('never exceeds %d columns on a terminal, nor wraps a row', async (width) => {
    const lines = renderTable(columns, rows, terminal(width)).split('\n');
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    expect(lines).toHaveLength(rows.length + 2);
  });

  it('cuts the column that may shrink and keeps the others', async () => {
    const text = renderTable(columns, rows, terminal(50));
    expect(text).toContain('Replay the ou');
    expect(text).toContain('…');
    expect(text).toContain('ümlaut-日本');
    expect(text).toContain('12345');
  });

  it('leaves a column that gives way out rather than that the others say little', () => {
    const giving: Column<Row>[] = [
      { header: 'TASK', cell: (row) => row.task, min: 6, good: 24 },
      { header: 'DUE', cell: () => '2026-02-21', min: 10, givesWay: true },
      { header: 'FILE', cell: () => 'a/long/path/of/a/file', min: 12, givesWay: true },
    ];
    const head = (width: number) => renderTable(giving, rows, terminal(width)).split('\n')[0]?.split(/ {2,}/);
    expect(head(50)).toEqual(['TASK', 'DUE', 'FILE']);
    expect(head(49)).toEqual(['TASK', 'DUE']);
    expect(head(36)).toEqual(['TASK', 'DUE']);
    expect(head(35)).toEqual(['TASK']);
    expect(renderTable(giving, rows, terminal(36))).toContain('Replay the outage of la…  2026-02-21');
  });

  it('cuts a column that gives way before the others', () => {
    const [id, task, done] = columns as [Column<Row>, Column<Row>, Column<Row>];
    const giving: Column<Row>[] = [
      id,
      task,
      { header: 'FILE', cell: () => 'a/long/path/of/a/file', min: 6, givesWay: true },
      done,
    ];
    const text = renderTable(giving, rows, terminal(76));
    expect(text).toContain('a/long/path/…');
    expect(text).toContain('Replay the outage of last Tuesday in full');
  });

  it('colours whole cells and only with colours', async () => {
    const red = columns.map((column) => ({ ...column, colour: () => 'red' as const }));
    expect(renderTable(red, rows, pipe)).not.toContain('\u001b');
    expect(renderTable(red, rows, terminalOf({}, { FORCE_COLOR: '1' }))).toContain('\u001b[31mapi');
  });

  it('lets no cell break out of its row', async () => {
    const text = renderTable(columns, [{ id: 'a\nb', task: '\u001b[2J', done: 0 }], pipe);
    expect(text.split('\n')).toHaveLength(2);
    expect(text).not.toContain('\u001b');
  });

  it('draws its rule in ASCII where there is nothing else', () => {
    const plain = terminalOf({ isTTY: true, columns: 60 }, { NO_COLOR: '1', LC_ALL: 'C' });
    expect(renderTable(columns, rows, plain).split('\n')[1]).toMatch(/^-+ {2}-+ {2}-+$/);
  });

  it('leaves out a column in which nothing stands', () => {
    const more = [...columns, { header: 'NOTE', cell: () => '' }];
    expect(renderTable(more, rows, pipe)).toBe(renderTable(columns, rows, pipe));
  });

  it('prints a head over no rows', async () => {
    expect(renderTable(columns, [], pipe)).toBe('ID  TASK  DONE');
  });
});

describe('widths', () => {
  it.each([
    ['plain', 10, 'plain'],
    ['abcdef', 4, 'abc…'],
    ['日本語', 5, '日本…'],
    ['👩‍💻👩‍💻👩‍💻', 5, '👩‍💻👩‍💻…'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
  ])('cuts %s to %d columns', (text, width, cut) => {
    expect(truncate(text, width)).toBe(cut);
    expect(widthOf(truncate(text, width))).toBeLessThanOrEqual(width);
  });

  it('lets parts flow into lines', () => {
    expect(flow(['one', 'two', 'three', '日本', 'x'], 11)).toEqual(['one  two', 'three  日本', 'x']);
    expect(flow(['longer than that'], 5)).toEqual(['longer than that']);
    expect(flow([], 5)).toEqual([]);
  });

  it('fills left and right by columns, not characters', () => {
    expect(pad('日', 4)).toBe('日  ');
    expect(pad('日', 4, 'right')).toBe('  日');
  });
});
