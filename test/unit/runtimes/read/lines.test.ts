import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LinePlace, readLines } from '../../../../src/runtimes/read/lines.js';
import { scratch } from '../../../support/scratch.js';

const BOUNDS = { longest: 100, budget: 1_000_000 };

/** Reads a file of this text from a place. */
function read(text: string, place: LinePlace = { offset: 0, skipping: false }, bounds = BOUNDS) {
  const path = join(scratch(), 'lines.jsonl');
  writeFileSync(path, text);
  const fd = openSync(path, 'r');
  const lines: string[] = [];
  try {
    const { offset, skipping } = place;
    const done = readLines(fd, { offset, skipping }, bounds, (line) => lines.push(line.toString('utf8')));
    return { ...done, lines };
  } finally {
    closeSync(fd);
  }
}

describe('lines of a file', () => {
  it('come without their ends, blank ones and a byte order mark', () => {
    expect(read('\uFEFFone\r\n\n \t\r\ntwo\n').lines).toEqual(['one', 'two']);
    expect(read('\uFEFF\n\uFEFFtwo\n').lines).toEqual(['\uFEFFtwo']);
  });

  it('wait for their end', () => {
    const torn = read('one\ntw');
    expect(torn).toMatchObject({ lines: ['one'], offset: 4, done: true });
    expect(read('one\ntwo\n', torn)).toMatchObject({ lines: ['two'], offset: 8, done: true });
  });

  it('that are too long are passed over to their end, also when it comes later', () => {
    const long = 'x'.repeat(150);
    expect(read(`one\n${long}\ntwo\n`)).toMatchObject({ lines: ['one', 'two'], tooLong: 1, skipping: false });
    const torn = read(`one\n${long}`);
    expect(torn).toMatchObject({ lines: ['one'], tooLong: 1, skipping: true, offset: 154 });
    expect(read(`one\n${long}yyy\ntwo\n`, torn)).toMatchObject({ lines: ['two'], tooLong: 0, skipping: false });
    expect(read(`${'x'.repeat(100)}\n`)).toMatchObject({ lines: ['x'.repeat(100)], tooLong: 0 });
  });

  it('that fill more than one chunk come whole', () => {
    const line = 'é'.repeat(1_500_000);
    const { lines } = read(`a\n${line}\nb\n`, undefined, { longest: 4_000_000, budget: 10_000_000 });
    expect(lines.map((one) => one.length)).toEqual([1, line.length, 1]);
  });

  it('are read so far as one turn goes, and on from there', () => {
    const text = `${'x'.repeat(99)}\n`.repeat(30_000);
    let place: LinePlace & { done?: boolean } = { offset: 0, skipping: false };
    let count = 0;
    while (place.done !== true) {
      const turn = read(text, place, { longest: 100, budget: 1 });
      count += turn.lines.length;
      place = turn;
    }
    expect([count, place.offset]).toEqual([30_000, text.length]);
  });

  it('behind the end of a file are none', () => {
    expect(read('one\n', { offset: 99, skipping: false })).toMatchObject({ lines: [], offset: 99, done: true });
  });
});
