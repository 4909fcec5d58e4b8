import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { errnoOf } from '../../base/index.js';
import { type LogPart, logParts } from './files.js';
import { isWanted, type LogFilter, type LogLine, readLine } from './line.js';

export interface LogQuestion extends LogFilter {
  /** The newest so many of the lines that are wanted; null: all of them. */
  last: number | null;
}

/** Where reading ended: what comes behind that place is new. */
export interface LogEnd {
  ino: number;
  /** In bytes, behind the last whole line. */
  offset: number;
}

/**
 * Says the lines of a log that are wanted, oldest first, and returns where they end. With `last` the files are read from the
 * newest back, one at a time, until there are enough.
 */
export async function readLog(
  path: string,
  { last, ...filter }: LogQuestion,
  say: (line: LogLine) => void,
): Promise<LogEnd | null> {
  const parts = await logParts(path);
  const wanted = parts.filter(({ changedAt }) => filter.since === null || changedAt >= filter.since);
  if (last === null) {
    for (const part of wanted) await readPart(part, filter, say);
  } else {
    let found: LogLine[] = [];
    for (const part of wanted.toReversed()) {
      if (found.length >= last) break;
      found = [...(await lastOf(part, filter, last - found.length)), ...found];
    }
    for (const line of found) say(line);
  }
  const newest = parts.at(-1);
  return newest === undefined ? null : { ino: newest.ino, offset: await wholeLines(newest) };
}

/** A file of a log is as large as `logMaxMb` at most, and its lines are read one by one. */
async function readPart(part: LogPart, filter: LogFilter, say: (line: LogLine) => void): Promise<void> {
  if (part.size === 0) return;
  // No further than it was when it was looked at: what comes behind is for who follows.
  const input = createReadStream(part.path, { end: part.size - 1, encoding: 'utf8' });
  const ended = new Promise<void>((resolve, reject) =>
    // Rotated away since the look at it.
    input.once('error', (error) => (errnoOf(error) === 'ENOENT' ? resolve() : reject(error))),
  );
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const all = (async () => {
    for await (const text of lines) {
      if (text === '') continue;
      const line = readLine(text);
      if (isWanted(line, filter)) say(line);
    }
  })();
  await Promise.race([all, ended]);
}

async function lastOf(part: LogPart, filter: LogFilter, count: number): Promise<LogLine[]> {
  let found: LogLine[] = [];
  await readPart(part, filter, (line) => {
    found.push(line);
    // Not one by one: that would be slow for many.
    if (found.length > 2 * count + 1000) found = found.slice(-count);
  });
  return count === 0 ? [] : found.slice(-count);
}

/** Behind the last line end of what the part held; a line that is being written is read when it is whole. */
async function wholeLines({ path, ino, size }: LogPart): Promise<number> {
  const handle = await open(path, 'r').catch(() => null);
  if (handle === null) return size;
  try {
    return (await handle.stat()).ino === ino ? await lineEndBefore(handle, size) : size;
  } finally {
    await handle.close();
  }
}

const STEP = 64 * 1024;

async function lineEndBefore(handle: FileHandle, size: number): Promise<number> {
  const buffer = Buffer.alloc(STEP);
  for (let end = size; end > 0; end -= STEP) {
    const start = Math.max(0, end - STEP);
    const { bytesRead } = await handle.read(buffer, 0, end - start, start);
    const at = buffer.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (at !== -1) return start + at + 1;
  }
  return 0;
}
