import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { assert, asyncProperty, nat } from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import { scratch } from '../../support/scratch.js';
import { type CraftedEntry, craftArchive, forge, repack } from './crafted.js';
import { names, type Office, openOffice, picture } from './office.js';

const RUNS = Number(process.env.MC_TEST_RUNS ?? 1);

/** Refused by restore, import and verify, and the workspace is as it was. */
async function expectRefused(office: Office, id: string, word: RegExp): Promise<void> {
  const before = picture(office.root);
  const report = await office.backups.verify(id, true);
  expect(report.ok).toBe(false);
  expect(report.errors.join('\n')).toMatch(word);
  await expect(office.backups.restore(id)).rejects.toMatchObject({ code: 'backup.corrupt' });
  expect(picture(office.root)).toEqual(before);
  expect(names(office.store).filter((name) => name.endsWith('.mc-tmp') || name.includes('journal'))).toEqual([]);
  const path = (await office.backups.get(id)).path;
  const copy = join(scratch(), 'backup_20200101_000000.tar.gz');
  writeFileSync(copy, readFileSync(path));
  const stored = names(office.store);
  if (!/checksum/.test(word.source)) {
    await expect(office.backups.importFrom(copy)).rejects.toMatchObject({ code: 'backup.corrupt' });
    expect(names(office.store)).toEqual(stored);
  }
  expect((await office.backups.get(id)).verify_error).not.toBeNull();
}

describe('a damaged archive of ours', () => {
  it('is noticed wherever it is cut', async () => {
    const office = await openOffice();
    const { id, path, size_bytes } = await office.backups.create();
    const whole = readFileSync(path);
    for (const share of [0, 0.1, 0.5, 0.9, 0.999]) {
      writeFileSync(path, whole);
      truncateSync(path, Math.floor(size_bytes * share));
      expect((await office.backups.verify(id)).ok, `${share}`).toBe(false);
      await expect(office.backups.restore(id)).rejects.toMatchObject({ code: 'backup.corrupt' });
    }
    truncateSync(path, Math.floor(size_bytes / 2));
    await expectRefused(office, id, /./);
  });

  it('is noticed whichever bit flips, even without a recorded checksum', async () => {
    const office = await openOffice();
    const { id, path } = await office.backups.create({ agent: 'builder' });
    const whole = readFileSync(path);
    await assert(
      asyncProperty(nat(whole.length - 1), nat(7), async (at, bit) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        writeFileSync(path, bytes);
        rmSync(join(office.store, 'backup_metadata.json'));
        // Four bytes of each gzip header mean nothing: time, flags for the packer, system.
        const report = await office.backups.verify(id, true);
        const files = report.ok ? await office.backups.restore(id, { to: scratch() }) : null;
        expect(!report.ok || files?.restored === 3).toBe(true);
      }),
      { numRuns: 40 * RUNS },
    );
  });

  it('is noticed when its checksum is recorded and another program packed it again', async () => {
    const office = await openOffice();
    const { id, path } = await office.backups.create();
    repack(path);
    await expectRefused(office, id, /checksum/);
  });

  it('is believed after packing again only if every file has the hash of its manifest', async () => {
    const office = await openOffice();
    const { path } = await office.backups.create();
    const copy = join(scratch(), 'x.tar.gz');
    writeFileSync(copy, readFileSync(path));
    repack(copy);
    const imported = await office.backups.importFrom(copy);
    expect(imported).toMatchObject({ origin: 'imported', backup_type: 'full' });
    forge(path, (manifest) => {
      const file = manifest.files.find((entry) => entry.path.endsWith('TASK_QUEUE.md'));
      if (file) file.sha256 = '0'.repeat(64);
    });
    writeFileSync(copy, readFileSync(path));
    repack(copy);
    await expect(office.backups.importFrom(copy)).rejects.toMatchObject({ code: 'backup.corrupt' });
  });

  it.each([
    [
      'a file whose hash is another',
      /content is not what was backed up/,
      (office: Office, path: string) => {
        void office;
        forge(path, (manifest) => {
          const file = manifest.files.find((entry) => entry.path.endsWith('TASK_QUEUE.md'));
          if (file) file.sha256 = '0'.repeat(64);
        });
      },
    ],
    [
      'a member that inflates beyond its declared size',
      /inflates beyond its declared size/,
      (office: Office, path: string) => {
        void office;
        forge(path, (_, members) =>
          members.map((member, index) => (index === 1 ? gzipSync(Buffer.alloc(50_000_000)) : member)),
        );
      },
    ],
    [
      'a path that leaves the workspace',
      /\.\./,
      (office: Office, path: string) => {
        void office;
        forge(path, (manifest) => {
          const file = manifest.files.find((entry) => entry.path.endsWith('TASK_QUEUE.md'));
          if (file) file.path = '../../outside.md';
        });
      },
    ],
    [
      'a manifest that is no manifest',
      /manifest/,
      (office: Office, path: string) => {
        void office;
        forge(path, (manifest) => {
          Object.assign(manifest, { files: 'none' });
        });
      },
    ],
  ])('is refused with %s', async (_, word, damage) => {
    const office = await openOffice();
    const { id, path } = await office.backups.create();
    damage(office, path);
    rmSync(join(office.store, 'backup_metadata.json'));
    await expectRefused(office, id, word);
  });

  it('is refused with bytes hidden between its members', async () => {
    const office = await openOffice();
    const { id, path } = await office.backups.create();
    forge(path, (manifest, members) => {
      manifest.members.splice(1, 0, {
        offset: 0,
        length: 0,
        size: 0,
        sha256: '',
        first: manifest.members[1]?.first ?? 0,
        count: 0,
      });
      const hidden = join(scratch(), 'hidden.tar.gz');
      craftArchive(hidden, [{ path: 'mission-control/hidden.sh', body: 'hidden' }], false);
      return [members[0] ?? Buffer.alloc(0), readFileSync(hidden), ...members.slice(1)];
    });
    rmSync(join(office.store, 'backup_metadata.json'));
    await expectRefused(office, id, /./);
  });
});

const HOSTILE: [string, CraftedEntry[], RegExp][] = [
  ['an absolute path', [{ path: '/tmp/mc-absolute', body: 'x' }], /absolute/],
  ['a path with ..', [{ path: 'mission-control/../../escape', body: 'x' }], /\.\./],
  [
    'a path through a link',
    [
      { path: 'mission-control/door', type: 'SymbolicLink', linkpath: '/tmp' },
      { path: 'mission-control/door/mc-through', body: 'x' },
    ],
    /goes through/,
  ],
  [
    'a path through a file',
    [
      { path: 'mission-control/a', body: 'x' },
      { path: 'mission-control/a/b', body: 'x' },
    ],
    /goes through/,
  ],
  [
    'a repeated path',
    [
      { path: 'mission-control/a', body: '1' },
      { path: 'mission-control/a', body: '2' },
    ],
    /twice/,
  ],
  ['a device', [{ path: 'mission-control/disk', type: 'CharacterDevice' }], /CharacterDevice/],
  ['a pipe', [{ path: 'mission-control/pipe', type: 'FIFO' }], /FIFO/],
  ['a hard link', [{ path: 'mission-control/passwd', type: 'Link', linkpath: '/etc/passwd' }], /Link/],
  ['a bomb', [{ path: 'mission-control/bomb', body: Buffer.alloc(300_000_000) }], /bomb/],
];

describe('a hostile archive without a manifest', () => {
  it.each(HOSTILE)('is refused with %s', async (_, entries, word) => {
    const office = await openOffice();
    craftArchive(join(office.store, 'backup_20250101_000000.tar.gz'), entries);
    await expectRefused(office, '20250101_000000', word);
    for (const planted of ['/tmp/mc-absolute', '/tmp/mc-through', join(office.root, '../escape')]) {
      expect(existsSync(planted)).toBe(false);
    }
  });

  it.each([
    ['cut short', (path: string) => truncateSync(path, 60), /cannot be read|cut short/],
    ['without its end', (path: string) => craftArchive(path, [{ path: 'mission-control/a', body: 'x' }], false), /end/],
    ['that is no gzip', (path: string) => writeFileSync(path, 'hello'), /./],
    ['that is empty', (path: string) => writeFileSync(path, ''), /./],
    [
      'with a gzip in a gzip',
      (path: string) => writeFileSync(path, gzipSync(gzipSync('x'.repeat(2000)))),
      /another gzip/,
    ],
    [
      'with bytes behind its end',
      (path: string) => {
        craftArchive(path, [{ path: 'mission-control/a', body: 'x' }]);
        writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from('more')]));
      },
      /./,
    ],
  ])('is refused %s', async (_, damage, word) => {
    const office = await openOffice();
    const path = join(office.store, 'backup_20250101_000000.tar.gz');
    craftArchive(path, [{ path: 'mission-control/a', body: 'x'.repeat(5000) }]);
    damage(path);
    await expectRefused(office, '20250101_000000', word);
  });

  it('of the old system is refused when its recorded checksum is another', async () => {
    const office = await openOffice();
    craftArchive(join(office.store, 'backup_20260217_035729.tar.gz'), [{ path: 'mission-control/a', body: 'x' }]);
    await expectRefused(office, '20260217_035729', /checksum/);
  });
});

describe('an import', () => {
  it('never trusts a name, and keeps what it takes in from pruning', async () => {
    const office = await openOffice();
    const made = await office.backups.create({ agent: 'api' });
    const out = await office.backups.exportTo(made.id, join(scratch(), 'snapshot_x; rm -rf.json'));
    await office.backups.remove(made.id);
    const imported = await office.backups.importFrom(out.file);
    expect(imported).toMatchObject({
      agent: 'api',
      backup_type: 'agent_state',
      origin: 'imported',
      checksum: made.checksum,
    });
    expect(names(office.store)).toContain(`imported_agent_${imported.id}.tar.gz`.replace('agent_api', 'agent_api'));
    office.clock.at += 1e12;
    await office.backups.create({ agent: 'api' });
    const pruned = await office.backups.prune({ keepLast: 1, keepWithin: 0 });
    expect(pruned.decisions.find((decision) => decision.id === imported.id)).toMatchObject({ keep: true });
    expect((await office.backups.prune({ keepLast: 1, keepWithin: 0, foreign: true })).deleted).toContain(imported.id);
  });

  it.each([
    ['/nonexistent/file.tar.gz', 'file.not_found'],
    ['/tmp', 'input.invalid'],
  ])('of %s is refused', async (file, code) => {
    const { backups } = await openOffice();
    await expect(backups.importFrom(file)).rejects.toMatchObject({ code });
  });

  it('exports never overwrite', async () => {
    const { backups } = await openOffice();
    const file = join(scratch(), 'here.tar.gz');
    writeFileSync(file, 'mine');
    await expect(backups.exportTo('20260217_035729', file)).rejects.toMatchObject({ code: 'input.invalid' });
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});
