import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeHead, endOfArchive, paddingOf } from '../../../src/backup/archive/entry.js';
import { decodeFooter, encodeFooter, FOOTER_BYTES } from '../../../src/backup/archive/footer.js';
import { parseManifest } from '../../../src/backup/archive/manifest.js';
import { checkPaths } from '../../../src/backup/tree/paths.js';
import { TarBuffer } from '../../../src/backup/archive/tar-buffer.js';
import { type FoundEntry, TarReader } from '../../../src/backup/archive/tar-reader.js';
import { batchesOf } from '../../../src/backup/pack/plan.js';
import { requireSpace } from '../../../src/backup/space.js';
import type { WalkedEntry } from '../../../src/backup/tree/entry.js';

const HEAD = { type: 'file', mode: 0o644, mtimeMs: 0, uid: 0, gid: 0 } as const;

describe('the footer', () => {
  const footer = { offset: 2 ** 40 + 7, length: 123_456, sha256: 'ab'.repeat(32) };

  it('comes back as it was, and is an empty gzip member for everybody else', () => {
    const bytes = encodeFooter(footer);
    expect(bytes).toHaveLength(FOOTER_BYTES);
    expect(decodeFooter(bytes)).toEqual(footer);
    expect(gunzipSync(Buffer.concat([gzipSync('before'), bytes])).toString()).toBe('before');
  });

  it.each([0, 12, 14, 16, FOOTER_BYTES - 1])('is none when byte %i is another', (at) => {
    const bytes = encodeFooter(footer);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    expect(decodeFooter(bytes)).toBeNull();
  });
});

describe('an entry', () => {
  it.each([
    ['a/b.md', 'file', undefined],
    [`${'d/'.repeat(120)}${'long'.repeat(30)}.md`, 'file', undefined],
    ['a/Übersicht – 概要', 'directory', undefined],
    ['a/link', 'symlink', '../ünïcödé/target'],
    ['a/huge.img', 'file', undefined],
  ] as const)('is read back by the same library: %s', (path, type, link) => {
    const size = path.endsWith('.img') ? 10_000_000_000 : 0;
    const head = {
      path,
      type,
      size,
      mode: 0o640,
      mtimeMs: 1_700_000_000_000,
      uid: 1000,
      gid: 100,
      ...(link && { link }),
    };
    const found: FoundEntry[] = [];
    const reader = new TarReader((entry) => {
      found.push(entry);
      return null;
    });
    reader.write(encodeHead(head));
    if (size === 0) reader.write(endOfArchive());
    expect(found).toEqual([{ head, refused: null }]);
    expect(reader.errors).toEqual([]);
    expect(reader.sawEnd).toBe(size === 0);
  });

  it('is padded to whole blocks', () => {
    expect([0, 1, 511, 512, 513].map(paddingOf)).toEqual([0, 511, 1, 0, 511]);
  });

  it('is refused where its header has no valid checksum', () => {
    const reader = new TarReader(() => null);
    reader.write(Buffer.alloc(512, 'x'));
    expect(reader.errors.join()).toContain('checksum');
  });
});

describe('paths', () => {
  it.each([
    ['../a', /\.\./],
    ['a/../b', /\.\./],
    ['/a', /absolute/],
    ['n'.repeat(256), /255 bytes/],
    ['ä'.repeat(128), /255 bytes/],
    [`${'a/'.repeat(2100)}b`, /4096 bytes/],
    ['', /not a path/],
    ['a\0b', /not a path/],
    ['a//b', /uncommon/],
    ['a/./b', /uncommon/],
  ])('%j is refused', (path, word) => {
    expect(checkPaths([{ path, type: 'file' }]).join()).toMatch(word);
  });

  it('with dots in names are fine', () => {
    expect(checkPaths(['..a', 'a..b/c', '.hidden', 'a/...'].map((path) => ({ path, type: 'file' as const })))).toEqual(
      [],
    );
  });

  it('through a link are refused, whichever comes first', () => {
    const claims = [
      { path: 'a/b', type: 'file' as const },
      { path: 'a', type: 'symlink' as const },
    ];
    expect(checkPaths(claims)).toEqual(['a/b: goes through a, which is a symlink']);
  });
});

describe('a manifest', () => {
  const mtime = '2026-11-23T03:39:45.267Z';
  const file = { path: 'a', type: 'file', size: 1, mode: 1, mtime, sha256: 'x', agent: null, uid: 0, gid: 0 };
  const member = { offset: 0, length: 1, size: 1, sha256: 'x', first: 0, count: 1 };
  const whole = {
    format: 'mission-control-backup',
    version: 1,
    id: 'i',
    type: 'full',
    agent: null,
    label: null,
    created_at: mtime,
    duration_ms: 1,
    partial: false,
    problems: [],
    rules: { include: [], exclude: [], ignore: [], secrets: false },
    files: [file],
    members: [member],
  };

  it('is read', () => {
    expect(parseManifest(Buffer.from(JSON.stringify(whole))).id).toBe('i');
  });

  it.each([
    ['not JSON', '{'],
    ['null', 'null'],
    ['another format', JSON.stringify({ ...whole, format: 'x' })],
    ['a later version', JSON.stringify({ ...whole, version: 2 })],
    ['files that are none', JSON.stringify({ ...whole, files: [{ ...file, size: -1 }] })],
    ['a file without a hash', JSON.stringify({ ...whole, files: [{ ...file, sha256: null }] })],
    ['members that are none', JSON.stringify({ ...whole, members: [null] })],
    ['a file in no member', JSON.stringify({ ...whole, files: [file, file] })],
    ['a member beyond the files', JSON.stringify({ ...whole, members: [{ ...member, count: 2 }] })],
    ['no time', JSON.stringify({ ...whole, created_at: 'yesterday' })],
  ])('is refused with %s', (_, text) => {
    expect(() => parseManifest(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'backup.corrupt' }));
  });
});

describe('a buffer of entries', () => {
  it('holds them one behind the other, those with longer headers too', () => {
    const entry = (path: string, content: string) => ({ path, content });
    const entries = [
      entry('a', 'first'),
      entry('é'.repeat(90), 'x'.repeat(700)),
      entry('empty', ''),
      entry('b', 'last'),
    ];
    for (const round of ['one', 'two']) {
      const tar = new TarBuffer();
      for (const { path, content } of entries) {
        const body = Buffer.from(round + content);
        tar.room(body.length).set(body);
        tar.add(encodeHead({ ...HEAD, path, size: body.length }), body.length);
      }
      const found: [string | undefined, string][] = [];
      const reader = new TarReader((next: FoundEntry) => {
        const chunks: Buffer[] = [];
        const end = () => found.push([next.head?.path, Buffer.concat(chunks).toString()]);
        return { write: (chunk) => chunks.push(Buffer.from(chunk)), end };
      });
      reader.write(Buffer.concat([tar.bytes, endOfArchive()]));
      reader.end();
      expect(reader.errors).toEqual([]);
      expect(found).toEqual(entries.map(({ path, content }) => [path, round + content]));
    }
  });
});

describe('batches', () => {
  it('begin anew where files of another kind begin, unless they would be too small', () => {
    const files = ['a.md', 'b.md', 'c.png', 'd.png', 'e.png', 'f.json', 'g.md'].map(
      (path) => ({ path, size: 40_000 }) as WalkedEntry,
    );
    const paths = batchesOf(files).map((batch) => batch.map(({ path }) => path));
    expect(paths).toEqual([
      ['a.md', 'b.md'],
      ['c.png', 'd.png', 'e.png'],
      ['f.json', 'g.md'],
    ]);
  });

  it('hold files of about one member, in order', () => {
    const files = Array.from({ length: 100 }, (_, index) => ({ path: `${index}`, size: 50_000 }) as WalkedEntry);
    const batches = batchesOf(files);
    expect(batches.flat()).toEqual(files);
    expect(Math.max(...batches.map((batch) => batch.length))).toBe(7);
  });
});

describe('space', () => {
  it('is asked for before it is needed', () => {
    expect(() => requireSpace('/', 2000, 'the backup', () => 1999)).toThrow(
      expect.objectContaining({ code: 'disk.full' }),
    );
    expect(() => requireSpace('/', 2000, 'the backup', () => 2000)).not.toThrow();
  });
});
