import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';

export interface LogFileOptions {
  /** The file that is written; older ones lie beside it under the same name with `.1`, `.2` … behind, `.1` the newest. */
  path: string;
  /** A file that is larger than this is followed by a new one, and so is every file at midnight. */
  maxMb: number;
  /** So many older files are kept: all of them never take more than (keep + 1) times `maxMb`. */
  keep: number;
  /** Told once when the file cannot be written, and again after it could. */
  onTrouble: (error: Error) => void;
  /** Milliseconds until a file that cannot be written is tried again; default five seconds. */
  retryMs?: number;
}

/** A log that is written to a file. */
export interface LogFile {
  write(line: string): void;
  /** Resolves when what was written is with the system, or cannot be, or the limit has passed. The file is closed then. */
  close(limitMs: number): Promise<void>;
}

/** What may wait for a disk that does not take it: beyond this, lines are lost and counted. */
const MOST_WAITING = 8 * 1024 * 1024;

/**
 * Opens a log file that is followed by a new one at midnight and whenever it is large. A file that cannot be written never
 * stops who logs: lines are lost then, and the first line after says how many.
 */
export function openLogFile({ path, maxMb, keep, onTrouble, retryMs = 5000 }: LogFileOptions): LogFile {
  let stream: RotatingFileStream | null = null;
  let lost = 0;
  let troubled = false;
  let retryAt = 0;
  let closed = false;

  const open = (): RotatingFileStream => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const opened = createStream(path, { size: `${maxMb}M`, interval: '1d', rotate: keep, mode: 0o600 });
    opened.on('error', (error: Error) => {
      if (stream !== opened) return;
      stream = null;
      trouble(error);
    });
    return opened;
  };
  const trouble = (error: Error): void => {
    retryAt = performance.now() + retryMs;
    if (!troubled) onTrouble(error);
    troubled = true;
  };
  /** So many lines go with these bytes when they do not arrive. */
  const send = (to: RotatingFileStream, text: string, lines: number): void => {
    to.write(text, (error) => {
      if (error) lost += lines;
      else troubled = false;
    });
  };
  const ready = (): RotatingFileStream | null => {
    if (stream !== null || closed || performance.now() < retryAt) return stream;
    try {
      stream = open();
    } catch (error) {
      trouble(error as Error);
    }
    return stream;
  };

  return {
    write(line) {
      const to = ready();
      if (to === null || to.writableLength > MOST_WAITING) {
        lost += 1;
        return;
      }
      if (lost > 0) send(to, lostLine(lost), lost);
      lost = 0;
      send(to, line, 1);
    },
    async close(limitMs) {
      const last = stream;
      closed = true;
      if (last === null) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limitMs);
        last.once('error', () => resolve());
        last.end(() => {
          clearTimeout(timer);
          resolve();
        });
      });
      stream = null;
    },
  };
}

/** In the form of all other lines. */
function lostLine(lost: number): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({ level: 50, time, lost, msg: `${lost} lines of the log were lost: the file could not be written` })}\n`;
}
