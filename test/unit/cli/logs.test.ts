import { appendFileSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { logParts } from '../../../src/cli/logs/files.js';
import { followLog } from '../../../src/cli/logs/follow.js';
import { type LogFilter, type LogLine, lineText, readLine } from '../../../src/cli/logs/line.js';
import { readLog } from '../../../src/cli/logs/read.js';
import { terminalOf } from '../../../src/cli/print/terminal.js';
import { scratch } from '../../support/scratch.js';

const T0 = Date.parse('2026-11-23T06:00:00.000Z');
const ALL: LogFilter = { since: null, level: null };
const pipe = terminalOf({}, {});

/** A line of a log, so many seconds after T0. */
function line(seconds: number, msg: string, level = 30): string {
  return `${JSON.stringify({ level, time: new Date(T0 + seconds * 1000).toISOString(), msg })}\n`;
}

async function messages(path: string, question: Partial<Parameters<typeof readLog>[1]>): Promise<unknown[]> {
  const found: LogLine[] = [];
  await readLog(path, { ...ALL, last: null, ...question }, (each) => found.push(each));
  return found.map(({ fields, text }) => fields?.msg ?? text);
}

describe('a log', () => {
  it('is read oldest first over its files, the newest so many, since a time, from a level on', async () => {
    const path = join(scratch(), 'server.log');
    writeFileSync(`${path}.2`, line(0, 'a') + line(1, 'b', 40));
    writeFileSync(`${path}.1`, line(2, 'c') + line(3, 'd', 50));
    writeFileSync(path, line(4, 'e') + line(5, 'f', 40));
    expect(await messages(path, {})).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(await messages(path, { last: 3 })).toEqual(['d', 'e', 'f']);
    expect(await messages(path, { last: 0 })).toEqual([]);
    expect(await messages(path, { last: 2, level: 'warn' })).toEqual(['d', 'f']);
    expect(await messages(path, { since: T0 + 3000 })).toEqual(['d', 'e', 'f']);
  });

  it('is its regular files only, and may hold lines that are none of ours', async () => {
    const directory = scratch();
    const path = join(directory, 'server.log');
    writeFileSync(path, `not JSON\n{"half": \n${line(1, 'last')}`);
    symlinkSync('/etc/passwd', `${path}.1`);
    mkdirSync(`${path}.2`);
    writeFileSync(`${path}.old`, 'x\n');
    expect((await logParts(path)).map((part) => part.path)).toEqual([path]);
    expect(await messages(path, { level: 'error' })).toEqual(['not JSON', '{"half": ']);
    expect(await logParts(join(directory, 'none', 'server.log'))).toEqual([]);
  });

  it('keeps order and count with many lines', async () => {
    const path = join(scratch(), 'server.log');
    writeFileSync(path, Array.from({ length: 5000 }, (_, index) => line(index, String(index))).join(''));
    const last = await messages(path, { last: 10 });
    expect(last).toEqual(Array.from({ length: 10 }, (_, index) => String(4990 + index)));
  });
});

describe('a line for people', () => {
  it('has when, how grave, what, why and the rest, and cannot steer a terminal', () => {
    const err = { type: 'Error', message: 'no \u001b[2Jroom', stack: 'Error: no room\n    at write (file.js:1:2)' };
    const text = lineText(
      readLine(
        JSON.stringify({ level: 50, time: '2026-11-23T06:00:00.000Z', agent: 'a b', n: 3, err, msg: 'it \u0007broke' }),
      ),
      pipe,
    );
    expect(text).toMatch(/^2026-11-23T06:00:00\.000Z ERROR it .*broke \(no .*room\) agent="a b" n=3\n {4}at write/);
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(lineText(readLine('words'), pipe)).toBe('words');
  });
});

describe('following a log', () => {
  /** Follows what comes behind what is there now. */
  async function following(path: string, filter = ALL) {
    const said: unknown[] = [];
    const end = await readLog(path, { ...ALL, last: 0 }, () => {});
    const stop = new AbortController();
    const done = followLog(path, end, filter, {
      signal: stop.signal,
      say: ({ fields, text }) => said.push(fields?.msg ?? text),
    });
    onTestFinished(async () => {
      stop.abort();
      await done;
    });
    const until = (expected: unknown[]) => expect.poll(() => said, { timeout: 10_000 }).toEqual(expected);
    return until;
  }

  it('says what comes, whole lines only, and goes on over several rotations at once', async () => {
    const path = join(scratch(), 'server.log');
    writeFileSync(path, line(0, 'old'));
    const until = await following(path);
    appendFileSync(path, line(1, 'one') + line(2, 'two').slice(0, 10));
    await until(['one']);
    appendFileSync(path, line(2, 'two').slice(10));
    await until(['one', 'two']);
    appendFileSync(path, line(3, 'three'));
    renameSync(path, `${path}.2`);
    writeFileSync(`${path}.1`, line(4, 'four'));
    writeFileSync(path, line(5, 'five'));
    await until(['one', 'two', 'three', 'four', 'five']);
    appendFileSync(path, line(6, 'six'));
    await until(['one', 'two', 'three', 'four', 'five', 'six']);
  });

  it('begins with a log that comes later, and keeps to its filter', async () => {
    const path = join(scratch(), 'later', 'server.log');
    const until = await following(path, { since: null, level: 'warn' });
    mkdirSync(join(path, '..'));
    writeFileSync(path, line(0, 'quiet') + line(1, 'loud', 40));
    await until(['loud']);
    writeFileSync(path, '');
    appendFileSync(path, line(2, 'x', 50));
    await until(['loud', 'x']);
    expect(readFileSync(path, 'utf8')).toContain('x');
  });
});
