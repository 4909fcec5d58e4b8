import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { errnoOf } from '../../base/index.js';
import { type LogPart, logParts } from './files.js';
import { isWanted, type LogFilter, type LogLine, readLine } from './line.js';
import type { LogEnd } from './read.js';

/** Milliseconds between two looks. */
const LOOK_MS = 250;
const STEP = 64 * 1024;
/** A line that is longer is said in pieces. */
const LONGEST = 4 * 1024 * 1024;

/**
 * Says each new line of a log until the signal, over its rotation: files that were put aside since are read to their end
 * first, in order, however many there were. `from`: where reading ended; null: there was no log, all that comes is new.
 */
export async function followLog(
  path: string,
  from: LogEnd | null,
  filter: LogFilter,
  { signal, say }: { signal: AbortSignal; say: (line: LogLine) => void },
): Promise<void> {
  let at = from;
  let rest = Buffer.alloc(0);
  const take = (bytes: Buffer): void => {
    rest = Buffer.concat([rest, bytes]);
    for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
      sayText(rest.subarray(0, end).toString('utf8'));
      rest = rest.subarray(end + 1);
    }
    if (rest.length > LONGEST) flush();
  };
  const sayText = (text: string): void => {
    if (text === '') return;
    const line = readLine(text);
    if (isWanted(line, filter)) say(line);
  };
  const flush = (): void => {
    sayText(rest.toString('utf8'));
    rest = Buffer.alloc(0);
  };

  while (!signal.aborted) {
    const parts = await logParts(path);
    const known = parts.findIndex(({ ino }) => ino === at?.ino);
    // Where the one that was read is gone by now, all that are left are newer.
    for (const part of parts.slice(Math.max(0, known))) {
      const isSame = part.ino === at?.ino;
      // A half line at the end of the one before, which a killed server has left.
      if (!isSame) flush();
      // Somebody emptied it: what stands there now is new.
      const start = isSame && at !== null && at.offset <= part.size ? at.offset : 0;
      const offset = await readOn(part, start, take);
      // It was renamed since the look at its name: what comes after it waits for the next look.
      if (offset === null) break;
      at = { ino: part.ino, offset };
    }
    await delay(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

/** Reads a file from a place to its end; returns the place, null when another file has its name by now or none. */
async function readOn({ path, ino }: LogPart, start: number, take: (bytes: Buffer) => void): Promise<number | null> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return null;
  try {
    if ((await handle.stat()).ino !== ino) return null;
    let at = start;
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(STEP), 0, STEP, at);
      if (bytesRead === 0) return at;
      at += bytesRead;
      take(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}
