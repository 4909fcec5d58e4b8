import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyPiece, joinPieces, type Piece, readPiece } from '../../../src/backup/archive/copy.js';
import { scratch } from '../../support/scratch.js';

const MB = 1024 * 1024;

function piece(from: number, to: number, length: number): Piece {
  return { from, to, length, files: 1, bytes: 2 * length };
}

describe('pieces', () => {
  it('are put together where they follow each other on both sides', () => {
    const pieces = [piece(0, 10, 5), piece(5, 15, 5), piece(20, 20, 5), piece(25, 40, 5)];
    expect(joinPieces(pieces)).toEqual([
      { from: 0, to: 10, length: 10, files: 2, bytes: 20 },
      piece(20, 20, 5),
      piece(25, 40, 5),
    ]);
  });

  it('stay small enough to be told about', () => {
    const pieces = Array.from({ length: 5 }, (_, n) => piece(n * 3 * MB, n * 3 * MB, 3 * MB));
    expect(joinPieces(pieces).map(({ length }) => length)).toEqual([6 * MB, 6 * MB, 3 * MB]);
  });

  it('go to where they belong, as far as the source goes', async () => {
    const [source, target] = [join(scratch(), 'source'), join(scratch(), 'target')];
    writeFileSync(source, '0123456789');
    writeFileSync(target, 'abcdefghij');
    copyPiece(source, target, piece(2, 4, 3));
    copyPiece(source, target, piece(8, 8, 5));
    expect(readFileSync(target, 'utf8')).toBe('abcd234h89');
    const read: string[] = [];
    for (const copied of [piece(2, 4, 3), piece(8, 8, 5)]) {
      await readPiece(target, copied, (bytes) => read.push(Buffer.from(bytes).toString()));
    }
    expect(read).toEqual(['234', '89']);
  });

  it('are not copied into a file that is not there any more', () => {
    const source = join(scratch(), 'source');
    writeFileSync(source, 'x');
    const gone = { code: 'ENOENT' };
    expect(() => copyPiece(source, join(scratch(), 'gone'), piece(0, 0, 1))).toThrow(expect.objectContaining(gone));
  });
});
