import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Ledger } from '../../../../src/runtimes/ledger/contract.js';
import { openLedger } from '../../../../src/runtimes/ledger/ledger.js';
import { createTranscripts } from '../../../../src/runtimes/read/transcripts.js';
import { flatPrices } from '../../../support/responses.js';
import { scratch } from '../../../support/scratch.js';

async function newLedger(): Promise<Ledger> {
  const { ledger } = await openLedger(join(scratch(), 'usage.db'), flatPrices());
  onTestFinished(() => ledger.close());
  return ledger;
}

/** Transcripts of a root whose state is what their lines say. */
function reader(root: string, ledger: Ledger) {
  const transcripts = createTranscripts<{ said: unknown[] }>({
    runtime: 'codex',
    form: {
      begin: () => ({ said: [] }),
      wants: () => true,
      take: (state, line) => void state.said.push(line),
    },
    ledger,
    version: 'test',
    onPut: () => {},
    into: () => true,
    wants: (path) => path.endsWith('.jsonl'),
    roots: [root],
    home: join(root, '..'),
    pace: { hot: 0, manyHot: 0, directories: 0, whole: 0 },
  });
  return {
    transcripts,
    /** Looks until nothing is left; what is known then, by path relative to the root. */
    read: () => {
      for (let looks = 0; transcripts.look(Date.now(), Number.POSITIVE_INFINITY, () => false).more; looks++) {
        if (looks > 100) throw new Error('there is always more to read');
      }
      return Object.fromEntries([...transcripts.files.values()].map(({ file, state }) => [file.path, state.said]));
    },
  };
}

async function place() {
  const root = join(scratch(), 'root');
  mkdirSync(root);
  const ledger = await newLedger();
  return { root, file: join(root, 'a.jsonl'), ledger, ...reader(root, ledger) };
}

describe('a transcript', () => {
  it('is read on from where it was left, also by the next run', async () => {
    const { root, file, ledger, read } = await place();
    writeFileSync(file, '1\n2\n3');
    expect(read()).toEqual({ 'a.jsonl': [1, 2] });
    appendFileSync(file, '4\n5\n');
    expect(read()).toEqual({ 'a.jsonl': [1, 2, 34, 5] });
    const next = reader(root, ledger);
    expect(next.read()).toEqual({ 'a.jsonl': [1, 2, 34, 5] });
    appendFileSync(file, '6\n');
    expect(next.read()).toEqual({ 'a.jsonl': [1, 2, 34, 5, 6] });
  });

  it('that became shorter is read anew', async () => {
    const { file, read } = await place();
    writeFileSync(file, '1\n2\n3\n');
    read();
    truncateSync(file, 2);
    expect(read()).toEqual({ 'a.jsonl': [1] });
  });

  it('that another one replaced is read anew', async () => {
    const { root, file, read } = await place();
    writeFileSync(file, '1\n2\n');
    read();
    writeFileSync(join(root, 'new'), '1\n2\n3\n');
    renameSync(join(root, 'new'), file);
    expect(read()).toEqual({ 'a.jsonl': [1, 2, 3] });
  });

  it('that begins otherwise is read anew, though it is the same file and longer', async () => {
    const { file, read } = await place();
    writeFileSync(file, '1\n2\n');
    read();
    const { ino } = statSync(file);
    writeFileSync(file, '7\n8\n9\n');
    expect(statSync(file).ino).toBe(ino);
    expect(read()).toEqual({ 'a.jsonl': [7, 8, 9] });
  });

  it('that is gone is forgotten', async () => {
    const { file, read } = await place();
    writeFileSync(file, '1\n');
    read();
    rmSync(file);
    expect(read()).toEqual({});
  });

  it('holds malformed lines, which are counted', async () => {
    const { file, read, transcripts } = await place();
    writeFileSync(file, '\uFEFF1\r\n{"a":\n\n"\\ud800"\n2\n');
    expect(read()).toEqual({ 'a.jsonl': [1, '\ud800', 2] });
    expect(transcripts.files.get(file)?.account).toMatchObject({ lines: 4, malformed: 1 });
  });

  it.each([
    ['a symbolic link', async (path: string) => symlink('/etc/passwd', path)],
    ['a FIFO', async (path: string) => void execFileSync('mkfifo', [path])],
    [
      'a socket',
      async (path: string) => {
        const server = createServer();
        await new Promise<void>((resolve) => server.listen(path, resolve));
        onTestFinished(() => void server.close());
      },
    ],
  ])('in whose place is %s is not read, and named', async (kind, make) => {
    const { root, file, read, transcripts } = await place();
    writeFileSync(file, '1\n');
    writeFileSync(join(root, 'b.jsonl'), '2\n');
    expect(read()).toEqual({ 'a.jsonl': [1], 'b.jsonl': [2] });
    rmSync(file);
    await make(file);
    expect(read()).toEqual({ 'b.jsonl': [2] });
    expect(transcripts.warnings()).toEqual([`root/a.jsonl: is ${kind}, not read`]);
  });

  it('in whose place is a directory gives way to what is in it', async () => {
    const { file, read } = await place();
    writeFileSync(file, '1\n');
    read();
    rmSync(file);
    mkdirSync(file);
    writeFileSync(join(file, 'b.jsonl'), '2\n');
    expect(read()).toEqual({ 'a.jsonl/b.jsonl': [2] });
  });
});

describe('a root', () => {
  it('may come later, go away and come again', async () => {
    const root = join(scratch(), 'root');
    const { read, transcripts } = reader(root, await newLedger());
    expect([read(), transcripts.roots, transcripts.warnings()]).toEqual([{}, [], []]);
    mkdirSync(root);
    writeFileSync(join(root, 'a.jsonl'), '1\n');
    expect(read()).toEqual({ 'a.jsonl': [1] });
    renameSync(root, `${root}-away`);
    expect([read(), transcripts.roots, transcripts.warnings()]).toEqual([{}, [], []]);
    renameSync(`${root}-away`, root);
    expect(read()).toEqual({ 'a.jsonl': [1] });
  });

  it('that is no directory is named', async () => {
    const root = join(scratch(), 'root');
    writeFileSync(root, '');
    const { read, transcripts } = reader(root, await newLedger());
    expect([read(), transcripts.roots, transcripts.warnings()]).toEqual([{}, [], ['root: is not a directory']]);
  });
});

describe('what cannot be read', () => {
  it.skipIf(process.getuid?.() === 0)('is named, and read when it can be', async () => {
    const { file, read, transcripts } = await place();
    writeFileSync(file, '1\n', { mode: 0o200 });
    expect(read()).toEqual({ 'a.jsonl': [] });
    expect(transcripts.warnings()).toEqual(['root/a.jsonl: permission denied']);
    const { atime, mtime } = statSync(file);
    execFileSync('chmod', ['600', file]);
    utimesSync(file, atime, mtime);
    expect(read()).toEqual({ 'a.jsonl': [1] });
  });
});
