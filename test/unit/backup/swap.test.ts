import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Journal, type Step, writeJournal } from '../../../src/backup/restore/journal.js';
import { recover, swap } from '../../../src/backup/restore/swap.js';
import { sha256Of } from '../../../src/backup/pack.js';
import { scratch } from '../../support/scratch.js';

const SAFE = sha256Of(Buffer.from('old'));

interface Scene {
  root: string;
  journal: Journal;
  file: string;
  kept: string;
}

/** A workspace with everything staged: replace a, add d/b, delete c, put a directory in the place of the file e. */
function scene(): Scene {
  const base = scratch();
  const root = join(base, 'root');
  mkdirSync(root);
  for (const name of ['a', 'c', 'e']) writeFileSync(join(root, name), 'old');
  writeFileSync(join(root, '.a.new.mc-tmp'), 'new a');
  writeFileSync(join(root, '.b.new.mc-tmp'), 'new b');
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const steps: Step[] = [
    { do: 'displace', path: 'e', aside: '.e.old.mc-tmp', safe: SAFE },
    { do: 'mkdir', path: 'd', mode: 0o755, ...owner },
    { do: 'mkdir', path: 'e', mode: 0o755, ...owner },
    { do: 'place', path: 'a', staged: '.a.new.mc-tmp', aside: '.a.old.mc-tmp', safe: SAFE },
    { do: 'place', path: 'd/b', staged: '.b.new.mc-tmp', aside: '.b.old.mc-tmp', safe: null },
    { do: 'displace', path: 'c', aside: '.c.old.mc-tmp', safe: SAFE },
  ];
  const kept = join(base, 'kept');
  const journal: Journal = {
    version: 1,
    state: 'swapping',
    id: 'x',
    root,
    kept,
    steps,
    attributes: [{ path: 'a', mode: 0o600, mtimeMs: 5000 }],
  };
  return { root, journal, file: join(base, 'journal.json'), kept };
}

function expectRestored({ root }: Scene): void {
  expect(readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual(['a', 'd', 'd/b', 'e']);
  expect(readFileSync(join(root, 'a'), 'utf8')).toBe('new a');
  expect(readFileSync(join(root, 'd/b'), 'utf8')).toBe('new b');
}

/** What the process had done when it died, each a little further than the one before. */
const PROGRESS: [string, (root: string) => void][] = [
  ['nothing', () => {}],
  ['displaced e', (root) => renameSync(join(root, 'e'), join(root, '.e.old.mc-tmp'))],
  ['made d', (root) => mkdirSync(join(root, 'd'))],
  ['made e', (root) => mkdirSync(join(root, 'e'))],
  ['displaced a', (root) => renameSync(join(root, 'a'), join(root, '.a.old.mc-tmp'))],
  ['linked a', (root) => linkSync(join(root, '.a.new.mc-tmp'), join(root, 'a'))],
  ['removed the staged a', (root) => rmSync(join(root, '.a.new.mc-tmp'))],
  ['placed d/b', (root) => renameSync(join(root, '.b.new.mc-tmp'), join(root, 'd/b'))],
  ['displaced c', (root) => renameSync(join(root, 'c'), join(root, '.c.old.mc-tmp'))],
];

describe('a swap that died', () => {
  it.each(PROGRESS.map(([name], index) => [name, index] as const))('after it had %s is finished', async (_, index) => {
    const stage = scene();
    await writeJournal(stage.file, stage.journal);
    for (const [, act] of PROGRESS.slice(0, index + 1)) act(stage.root);
    expect(await recover(stage.file)).toEqual({ id: 'x', outcome: 'finished', files: 2 });
    expectRestored(stage);
    expect(await recover(stage.file)).toBeNull();
  });

  it('before it began is taken back', async () => {
    const stage = scene();
    await writeJournal(stage.file, { ...stage.journal, state: 'staging' });
    expect(await recover(stage.file)).toEqual({ id: 'x', outcome: 'rolled back', files: 2 });
    expect(readdirSync(stage.root).toSorted()).toEqual(['a', 'c', 'e']);
  });

  it('after its commit only clears up', async () => {
    const stage = scene();
    for (const [, act] of PROGRESS) act(stage.root);
    await writeJournal(stage.file, { ...stage.journal, state: 'committed' });
    writeFileSync(join(stage.root, 'a'), 'newer work of an agent');
    await recover(stage.file);
    expect(readFileSync(join(stage.root, 'a'), 'utf8')).toBe('newer work of an agent');
    expect(readdirSync(stage.root).toSorted()).toEqual(['a', 'd', 'e']);
  });
});

describe('what an agent writes meanwhile', () => {
  it('is kept when the safety backup does not hold it', async () => {
    const stage = scene();
    writeFileSync(join(stage.root, 'a'), 'written after the safety backup');
    const kept = await swap(stage.file, stage.journal);
    expect(kept).toEqual([{ path: 'a', kept_at: join(stage.kept, 'a') }]);
    expect(readFileSync(join(stage.kept, 'a'), 'utf8')).toBe('written after the safety backup');
    expectRestored(stage);
  });

  it('is kept when it comes into the gap between displacing and placing', async () => {
    const stage = scene();
    renameSync(join(stage.root, 'a'), join(stage.root, '.a.old.mc-tmp'));
    writeFileSync(join(stage.root, 'a'), 'in the gap');
    const kept = await swap(stage.file, stage.journal);
    expect(kept.map(({ kept_at }) => readFileSync(kept_at, 'utf8'))).toEqual(['in the gap']);
    expectRestored(stage);
  });

  it('is kept whole when it is a directory in the place of a file', async () => {
    const stage = scene();
    rmSync(join(stage.root, 'a'));
    mkdirSync(join(stage.root, 'a'));
    writeFileSync(join(stage.root, 'a/work'), 'work');
    await swap(stage.file, stage.journal);
    expect(readFileSync(join(stage.kept, 'a/work'), 'utf8')).toBe('work');
    expectRestored(stage);
  });

  it('does not lead the swap through a link', async () => {
    const stage = scene();
    rmSync(join(stage.root, 'a'));
    symlinkSync('/etc/hostname', join(stage.root, 'a'));
    await swap(stage.file, stage.journal);
    expectRestored(stage);
  });
});
