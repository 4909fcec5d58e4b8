import { randomBytes } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { giveUp } from '../../../src/backup/restore/give-up.js';
import { lstatOf } from '../../../src/backup/restore/ground.js';
import {
  homeOf,
  type Journal,
  type Step,
  writeJournal,
  writeJournalWithRoom,
} from '../../../src/backup/restore/journal.js';
import { recover, swap } from '../../../src/backup/restore/swap.js';
import { undo } from '../../../src/backup/restore/undo.js';
import { sha256Of } from '../../../src/backup/archive/member.js';
import { mountSmall } from '../../integration/backup/office.js';
import { lockable } from '../../support/read-only.js';
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
    {
      do: 'place',
      path: 'a',
      staged: '.a.new.mc-tmp',
      aside: '.a.old.mc-tmp',
      safe: SAFE,
      content: sha256Of(Buffer.from('new a')),
    },
    {
      do: 'place',
      path: 'd/b',
      staged: '.b.new.mc-tmp',
      aside: '.b.old.mc-tmp',
      safe: null,
      content: sha256Of(Buffer.from('new b')),
    },
    { do: 'displace', path: 'c', aside: '.c.old.mc-tmp', safe: SAFE },
  ];
  const kept = join(base, 'kept');
  const journal: Journal = {
    version: 1,
    state: 'swapping',
    id: 'x',
    root,
    links: {},
    kept: join(kept, 'x'),
    steps,
    attributes: [{ path: 'a', mode: 0o600, mtimeMs: 5000 }],
  };
  return { root, journal, file: join(base, 'journal.json'), kept: join(kept, 'x') };
}

const scopeOf = ({ root, kept }: Scene) => ({ root, links: {}, kept: dirname(kept) });

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
    expect(await recover(stage.file, scopeOf(stage))).toEqual({ id: 'x', outcome: 'finished', files: 2 });
    expectRestored(stage);
    expect(await recover(stage.file, scopeOf(stage))).toBeNull();
  });

  it('before it began is taken back', async () => {
    const stage = scene();
    await writeJournal(stage.file, { ...stage.journal, state: 'staging' });
    expect(await recover(stage.file, scopeOf(stage))).toEqual({ id: 'x', outcome: 'rolled back', files: 2 });
    expect(readdirSync(stage.root).toSorted()).toEqual(['a', 'c', 'e']);
  });

  it('after its commit only clears up', async () => {
    const stage = scene();
    for (const [, act] of PROGRESS) act(stage.root);
    await writeJournal(stage.file, { ...stage.journal, state: 'committed' });
    writeFileSync(join(stage.root, 'a'), 'newer work of an agent');
    await recover(stage.file, scopeOf(stage));
    expect(readFileSync(join(stage.root, 'a'), 'utf8')).toBe('newer work of an agent');
    expect(readdirSync(stage.root).toSorted()).toEqual(['a', 'd', 'e']);
  });
});

describe('a swap on a disk that is full by now', () => {
  it('is finished: room for its end was put aside', async ({ skip }) => {
    const stage = scene();
    const store = join(dirname(stage.file), 'store');
    skip(!mountSmall(store, 'size=512k'), 'mounting is not allowed here');
    const file = join(store, 'journal.json');
    await writeJournalWithRoom(file, stage.journal);
    expect(() => writeFileSync(join(store, 'ballast'), randomBytes(1_000_000))).toThrow('ENOSPC');
    expect(await recover(file, scopeOf(stage))).toMatchObject({ outcome: 'finished' });
    expectRestored(stage);
    expect(readdirSync(store)).toEqual(['ballast']);
  });
});

describe('a swap whose directory was taken away', () => {
  /** The staged b lies in d, which somebody has renamed. */
  function taken(): Scene {
    const stage = scene();
    mkdirSync(join(stage.root, 'd'));
    renameSync(join(stage.root, '.b.new.mc-tmp'), join(stage.root, 'd/.b.tag.1.new.mc-tmp'));
    const home = homeOf(lstatOf(join(stage.root, 'd'))) ?? '';
    stage.journal.tag = 'tag';
    stage.journal.steps = stage.journal.steps.map((step) =>
      step.path === 'd/b' && step.do === 'place' ? { ...step, staged: 'd/.b.tag.1.new.mc-tmp', home } : step,
    );
    renameSync(join(stage.root, 'd'), join(stage.root, 'moved'));
    mkdirSync(join(stage.root, 'd'));
    return stage;
  }

  it('goes back, at once and after a kill, and clears what went along', async () => {
    const message = expect.stringContaining('stopped at d/b, and everything is as it was before') as string;
    const stage = taken();
    await expect(swap(stage.file, stage.journal)).rejects.toMatchObject({ message });
    const other = taken();
    await writeJournal(other.file, other.journal);
    expect(await recover(other.file, scopeOf(other))).toMatchObject({ outcome: 'rolled back', reason: message });
    for (const { root } of [stage, other]) {
      for (const name of ['a', 'c', 'e']) expect(readFileSync(join(root, name), 'utf8')).toBe('old');
      expect(readdirSync(join(root, 'moved'))).toEqual([]);
    }
  });

  it('does not take what was placed before the kill for lost', async () => {
    const stage = taken();
    renameSync(join(stage.root, 'moved/.b.tag.1.new.mc-tmp'), join(stage.root, 'moved/b'));
    rmSync(join(stage.root, 'd'), { recursive: true });
    renameSync(join(stage.root, 'moved'), join(stage.root, 'd'));
    await writeJournal(stage.file, stage.journal);
    expect(await recover(stage.file, scopeOf(stage))).toMatchObject({ outcome: 'finished' });
    expectRestored(stage);
  });
});

describe('a swap that a person takes back', () => {
  it('stands as before, however far it was', async () => {
    for (let index = 0; index < PROGRESS.length; index += 1) {
      const stage = scene();
      await writeJournal(stage.file, stage.journal);
      for (const [, act] of PROGRESS.slice(0, index + 1)) act(stage.root);
      expect(await recover(stage.file, scopeOf(stage), 'back')).toEqual({ id: 'x', outcome: 'rolled back', files: 2 });
      expectAsBefore(stage);
    }
  });

  it('or gives up on, keeps everything that was replaced', async () => {
    const stage = scene();
    await writeJournal(stage.file, stage.journal);
    for (const [, act] of PROGRESS) act(stage.root);
    writeFileSync(join(stage.root, 'a'), 'written since');
    const given = await giveUp(stage.file, scopeOf(stage), 0);
    expect(given).toMatchObject({ id: 'x', outcome: 'given up', kept: [{ path: 'a' }] });
    expect(readFileSync(given.kept?.[0]?.kept_at ?? '', 'utf8')).toBe('old');
    expect(readFileSync(join(stage.root, 'a'), 'utf8')).toBe('written since');
    expect(readdirSync(stage.root).toSorted()).toEqual(['a', 'c', 'e']);
    expect(existsSync(stage.file)).toBe(false);
  });
});

describe('what an agent writes meanwhile', () => {
  it('is kept when the safety backup does not hold it', async () => {
    const stage = scene();
    writeFileSync(join(stage.root, 'a'), 'written after the safety backup');
    const { kept } = await swap(stage.file, stage.journal);
    expect(kept).toEqual([{ path: 'a', kept_at: join(stage.kept, 'a') }]);
    expect(readFileSync(join(stage.kept, 'a'), 'utf8')).toBe('written after the safety backup');
    expectRestored(stage);
  });

  it('is kept when it comes into the gap between displacing and placing', async () => {
    const stage = scene();
    renameSync(join(stage.root, 'a'), join(stage.root, '.a.old.mc-tmp'));
    writeFileSync(join(stage.root, 'a'), 'in the gap');
    const { kept } = await swap(stage.file, stage.journal);
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

describe('a swap that cannot go on', () => {
  /** A step that nobody can do: a is a file. */
  const blocked = (stage: Scene): Journal => ({
    ...stage.journal,
    steps: [...stage.journal.steps, { do: 'mkdir', path: 'a/x', mode: 0o755, uid: 0, gid: 0 }],
  });
  const reason = expect.stringContaining('stopped at a/x, and everything is as it was before') as string;

  it.each(PROGRESS.map(([name], index) => [name, index] as const))(
    'after it had %s is taken back',
    async (_, index) => {
      const stage = scene();
      await writeJournal(stage.file, blocked(stage));
      for (const [, act] of PROGRESS.slice(0, index + 1)) act(stage.root);
      expect(await recover(stage.file, scopeOf(stage))).toEqual({ id: 'x', outcome: 'rolled back', files: 2, reason });
      expectAsBefore(stage);
      expect(await recover(stage.file, scopeOf(stage))).toBeNull();
    },
  );

  it('tells who restores', async () => {
    const stage = scene();
    await expect(swap(stage.file, blocked(stage))).rejects.toMatchObject({ code: 'file.blocked', message: reason });
    expectAsBefore(stage);
    expect(existsSync(stage.file)).toBe(false);
  });

  it('leaves what an agent has written since, in the gap and after', async () => {
    const stage = scene();
    await writeJournal(stage.file, blocked(stage));
    for (const [, act] of PROGRESS) act(stage.root);
    renameSync(join(stage.root, '.c.old.mc-tmp'), join(stage.root, 'c'));
    writeFileSync(join(stage.root, 'a'), 'after');
    writeFileSync(join(stage.root, 'd/mine'), 'mine');
    await recover(stage.file, scopeOf(stage));
    expect(readFileSync(join(stage.root, 'a'), 'utf8')).toBe('after');
    expect(readdirSync(stage.root, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual([
      'a',
      'c',
      'd',
      'd/mine',
      'e',
    ]);
  });

  it('can be killed on the way back, and goes on from there', async () => {
    for (let index = 0; index < PROGRESS.length; index += 1) {
      const stage = scene();
      for (const [, act] of PROGRESS.slice(0, index + 1)) act(stage.root);
      await undo(stage.journal);
      await undo(stage.journal);
      await writeJournal(stage.file, stage.journal);
      expect(await recover(stage.file, scopeOf(stage))).toMatchObject({ outcome: 'finished' });
      expectRestored(stage);
    }
  });

  it('only clears up once it is back', async () => {
    const stage = scene();
    await writeJournal(stage.file, { ...stage.journal, state: 'undone' });
    expect(await recover(stage.file, scopeOf(stage))).toEqual({ id: 'x', outcome: 'rolled back', files: 2 });
    expectAsBefore(stage);
  });

  it('and cannot go back either is left as it is, with a word on what to do', async () => {
    const stage = scene();
    mkdirSync(join(stage.root, 'd'));
    const disk = lockable(join(stage.root, 'd'));
    if (!disk) return;
    const steps = blocked(stage).steps.map((step) =>
      step.path === 'd/b' && step.do === 'place' ? { ...step, staged: 'd/.b.new.mc-tmp' } : step,
    );
    await writeJournal(stage.file, { ...stage.journal, steps });
    rmSync(join(stage.root, '.b.new.mc-tmp'));
    writeFileSync(join(stage.root, 'd/b'), 'new b');
    disk.readOnly();
    for (const attempt of [1, 2]) {
      const message = expect.stringMatching(/neither be finished nor taken back.*d\/b/) as string;
      await expect(recover(stage.file, scopeOf(stage)), `${attempt}`).rejects.toMatchObject({
        code: 'file.denied',
        message,
      });
      expect(existsSync(stage.file)).toBe(true);
    }
    disk.writable();
    expect(await recover(stage.file, scopeOf(stage))).toMatchObject({ outcome: 'rolled back' });
    expect(readdirSync(stage.root).filter((name) => name !== 'd')).toEqual(['a', 'c', 'e']);
    expect(readFileSync(join(stage.root, 'a'), 'utf8')).toBe('old');
    expect(existsSync(join(stage.root, 'd/b'))).toBe(false);
  });
});

function expectAsBefore({ root }: Scene): void {
  expect(readdirSync(root).toSorted()).toEqual(['a', 'c', 'e']);
  for (const name of ['a', 'c', 'e']) expect(readFileSync(join(root, name), 'utf8')).toBe('old');
}
