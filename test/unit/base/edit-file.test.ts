import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { editFile, type FileEdit, McError, writeFileAtomic } from '../../../src/base/index.js';
import { bundled } from '../../support/bundle.js';
import { lockable } from '../../support/read-only.js';
import { scratch } from '../../support/scratch.js';

const isRoot = process.getuid?.() === 0;
const here = () => realpathSync(scratch());
const upper = (old: Buffer | null) => Buffer.from((old ?? Buffer.from('new')).toString().toUpperCase());

/** An edit of a file, with a hand of somebody else's in it. */
function editing(path: string, edit: FileEdit['edit'], more: Partial<FileEdit> = {}): Promise<void> {
  return editFile({ path, limit: 1024 * 1024, kind: 'rewrite', edit, ...more });
}

describe('a file that is replaced', () => {
  it('keeps its mode, whatever the umask', async () => {
    const file = join(here(), 'a');
    writeFileSync(file, 'x');
    for (const mode of [0o664, 0o666, 0o600, 0o640, 0o2664]) {
      chmodSync(file, mode);
      await editing(file, upper);
      expect(statSync(file).mode & 0o7777).toBe(mode);
      await writeFileAtomic(file, 'x');
      expect(statSync(file).mode & 0o7777).toBe(mode);
    }
  });

  it.runIf(isRoot)('keeps its owner and group', async () => {
    const file = join(here(), 'a');
    writeFileSync(file, 'x');
    chownSync(file, 65_534, 100);
    chmodSync(file, 0o660);
    await editing(file, upper);
    await writeFileAtomic(file, 'y');
    const { uid, gid, mode } = statSync(file);
    expect([uid, gid, mode & 0o777]).toEqual([65_534, 100, 0o660]);
  });

  it.runIf(isRoot)('gives a foreign group no more than everybody had where its own cannot stay', async () => {
    const directory = here();
    chmodSync(directory, 0o777);
    const file = join(directory, 'a');
    const base = await bundled(join(import.meta.dirname, '../../../src/base/index.ts'), directory);
    const script = `import {writeFileAtomic} from ${JSON.stringify(base)};await writeFileAtomic(${JSON.stringify(file)},'y')`;
    for (const [before, after] of [
      [0o664, 0o644],
      [0o666, 0o666],
    ] as const) {
      writeFileSync(file, 'x');
      chownSync(file, 0, 0);
      chmodSync(file, before);
      execFileSync('env', [
        'setpriv',
        '--reuid=65534',
        '--regid=65534',
        '--clear-groups',
        process.execPath,
        '--input-type=module',
        '-e',
        script,
      ]);
      const { gid, mode } = statSync(file);
      expect([gid, mode & 0o777]).toEqual([65_534, after]);
      rmSync(file);
    }
  });
});

describe('an edit beside other writers', () => {
  it('begins anew when the file was changed, replaced, made or removed meanwhile', async () => {
    const directory = here();
    const file = join(directory, 'a');
    const others: [string, () => void][] = [
      ['CHANGED', () => writeFileSync(file, 'changed')],
      ['OTHER', () => (writeFileSync(`${file}.x`, 'other'), renameSync(`${file}.x`, file))],
      ['NEW', () => rmSync(file)],
      ['MADE', () => writeFileSync(file, 'made')],
    ];
    writeFileSync(file, 'old');
    for (const [expected, other] of others) {
      if (expected === 'MADE') rmSync(file);
      let turns = 0;
      await editing(file, (old) => {
        turns += 1;
        if (turns === 1) other();
        return upper(old);
      });
      expect([readFileSync(file, 'utf8'), turns]).toEqual([expected, 2]);
    }
    expect(readdirSync(directory)).toEqual(['a']);
  });

  it('sees a change of the same size and time', async () => {
    const file = join(here(), 'a');
    writeFileSync(file, 'one');
    let turns = 0;
    await editing(file, (old) => {
      turns += 1;
      if (turns === 1) writeFileSync(file, 'two');
      return upper(old);
    });
    expect(readFileSync(file, 'utf8')).toBe('TWO');
  });

  it('ends with a clear word when the file changes all the time', async () => {
    const file = join(here(), 'a');
    let turns = 0;
    const edit = editing(file, (old) => {
      turns += 1;
      writeFileSync(file, `turn ${turns}`);
      return upper(old);
    });
    await expect(edit).rejects.toMatchObject({ code: 'busy', message: expect.stringContaining(file) as string });
    expect(readFileSync(file, 'utf8')).toBe(`turn ${turns}`);
    expect(turns).toBeGreaterThan(5);
  });

  it('takes lines along that were put behind the old ones', async () => {
    const file = join(here(), 'a');
    writeFileSync(file, 'a\nb\n');
    let turns = 0;
    const edit = (old: Buffer | null) => {
      turns += 1;
      if (turns === 1) appendFileSync(file, 'late\n');
      return Buffer.from(String(old).replace('a', 'A'));
    };
    await editing(file, edit, { kind: 'lines' });
    expect([readFileSync(file, 'utf8'), turns]).toEqual(['A\nb\nlate\n', 1]);
  });

  it('appends to the file itself, but never to one that has another name as well', async () => {
    const directory = here();
    const file = join(directory, 'a');
    writeFileSync(file, 'a\n');
    const before = statSync(file).ino;
    await editing(file, () => Buffer.from('b\n'), { kind: 'append' });
    expect([readFileSync(file, 'utf8'), statSync(file).ino]).toEqual(['a\nb\n', before]);
    linkSync(file, join(directory, 'elsewhere'));
    await editing(file, () => Buffer.from('c\n'), { kind: 'append' });
    expect(readFileSync(file, 'utf8')).toBe('a\nb\nc\n');
    expect(readFileSync(join(directory, 'elsewhere'), 'utf8')).toBe('a\nb\n');
  });

  it('asks again about what cannot be read yet, until nothing changes any more', async () => {
    const file = join(here(), 'a');
    writeFileSync(file, '{');
    const asked: boolean[] = [];
    const edit = (old: Buffer | null, settled: boolean) => {
      asked.push(settled);
      if (asked.length < 3) appendFileSync(file, asked.length === 1 ? '"half' : '":1}');
      if (String(old) !== '{"half":1}') throw new McError('state.unreadable', 'half');
      return upper(old);
    };
    await editing(file, edit, { settleMs: 1 });
    expect([readFileSync(file, 'utf8'), asked]).toEqual(['{"HALF":1}', [false, false, false]]);
    writeFileSync(file, 'broken');
    await expect(editing(file, edit, { settleMs: 1 })).rejects.toMatchObject({ code: 'state.unreadable' });
    expect(asked.slice(3)).toEqual([false, true]);
  });

  it('catches up with one that is replaced without a pause', async () => {
    const file = join(here(), 'a');
    writeFileSync(file, '0');
    let turns = 0;
    await editing(file, (old) => {
      turns += 1;
      // Only what is read and written at once goes through.
      if (turns <= 3) {
        writeFileSync(`${file}.x`, `turn ${turns}`);
        renameSync(`${file}.x`, file);
      }
      return upper(old);
    });
    expect([readFileSync(file, 'utf8'), turns]).toEqual(['TURN 3', 4]);
  });
});

describe('an edit within roots', () => {
  it('follows links inside, and none that leads out or nowhere', async () => {
    const [root, outside] = [here(), here()];
    writeFileSync(join(root, 'real'), 'x');
    symlinkSync('real', join(root, 'link'));
    await editing(join(root, 'link'), upper, { within: [root] });
    expect(readFileSync(join(root, 'real'), 'utf8')).toBe('X');
    writeFileSync(join(outside, 'a'), 'x');
    symlinkSync(join(outside, 'a'), join(root, 'out'));
    symlinkSync(outside, join(root, 'there'));
    symlinkSync('nowhere', join(root, 'dangling'));
    for (const name of ['out', 'there/a', 'there/new', 'dangling']) {
      await expect(editing(join(root, name), upper, { within: [root] })).rejects.toMatchObject({
        code: 'file.refused',
      });
    }
    expect([readdirSync(outside), readFileSync(join(outside, 'a'), 'utf8')]).toEqual([['a'], 'x']);
  });

  it('stays in the directory that was opened when its name is led elsewhere', async () => {
    const [root, outside] = [here(), here()];
    mkdirSync(join(root, 'd'));
    await editing(
      join(root, 'd', 'a'),
      (old) => {
        renameSync(join(root, 'd'), join(root, 'moved'));
        symlinkSync(outside, join(root, 'd'));
        return upper(old);
      },
      { within: [root] },
    );
    expect(readFileSync(join(root, 'moved', 'a'), 'utf8')).toBe('NEW');
    expect(readdirSync(outside)).toEqual([]);
  });
});

describe('a file that cannot be replaced', () => {
  it('is written where it is when it is a mount point', async () => {
    const directory = here();
    const [file, source] = [join(directory, 'a'), join(directory, 'source')];
    writeFileSync(file, '');
    writeFileSync(source, 'a longer text');
    if (!isRoot) return;
    try {
      execFileSync('mount', ['--bind', source, file], { stdio: 'ignore' });
    } catch {
      return;
    }
    onTestFinished(() => void execFileSync('umount', ['-l', file]));
    await editing(file, () => Buffer.from('short'));
    expect(readFileSync(source, 'utf8')).toBe('short');
    await writeFileAtomic(file, 'shorter still, or not');
    expect(readFileSync(source, 'utf8')).toBe('shorter still, or not');
    expect(readdirSync(directory).toSorted()).toEqual(['a', 'source']);
  });

  it('says what the file system refuses, with the path that was meant', async () => {
    const directory = here();
    const disk = lockable(directory);
    if (!disk) return;
    const file = join(directory, 'a');
    writeFileSync(file, 'x');
    chmodSync(file, 0o444);
    utimesSync(file, 1, 1);
    disk.readOnly();
    const error = await editing(file, upper).catch((thrown: unknown) => thrown);
    disk.writable();
    expect(error).toMatchObject({ code: isRoot ? 'EROFS' : 'EACCES', path: file });
    expect([readFileSync(file, 'utf8'), readdirSync(directory)]).toEqual(['x', ['a']]);
  });
});
