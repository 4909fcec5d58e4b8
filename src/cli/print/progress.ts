import { type BackupUpdate, formatDuration } from '../../protocol/index.js';

/** Where progress is drawn: stderr, when it is a terminal. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** One line that is drawn over and over while work goes on. */
export interface ProgressLine {
  update: (update: BackupUpdate) => void;
  /** Takes the line away. */
  clear(): void;
}

/** Work shorter than this shows nothing. */
const QUIET_MS = 1000;

/** Shows bytes, files, rate and time left, on a terminal and only after a second; elsewhere it is silent. */
export function progressLine(
  stream: ProgressStream,
  quiet: boolean,
  now: () => number = () => performance.now(),
): ProgressLine {
  const shown = stream.isTTY === true && !quiet;
  const began = now();
  let phase = { name: '', since: began };
  let drawn = false;
  return {
    update(update) {
      if (!shown || update.state !== 'progress') return;
      if (update.phase !== phase.name) phase = { name: String(update.phase), since: now() };
      if (now() - began < QUIET_MS) return;
      const line = progressText(update, now() - phase.since).slice(0, (stream.columns ?? 80) - 1);
      stream.write(`\r\u001b[2K${line}`);
      drawn = true;
    },
    clear() {
      if (drawn) stream.write('\r\u001b[2K');
    },
  };
}

/** `pack  128 of 400 MB  6,120 of 20,000 files  52 MB/s  5s left`. `elapsedMs`: since the phase began. */
export function progressText(update: BackupUpdate, elapsedMs: number): string {
  const number = (key: string) => (typeof update[key] === 'number' ? update[key] : 0);
  const [bytes, total, files, filesTotal] = ['bytes_done', 'bytes_total', 'files_done', 'files_total'].map(number) as [
    number,
    number,
    number,
    number,
  ];
  const rate = elapsedMs > 0 ? bytes / (elapsedMs / 1000) : 0;
  const parts = [
    String(update.phase ?? update.action ?? ''),
    total > 0 ? `${mega(bytes)} of ${mega(total)} MB` : `${mega(bytes)} MB`,
  ];
  if (filesTotal > 0) parts.push(`${files.toLocaleString('en')} of ${filesTotal.toLocaleString('en')} files`);
  if (rate > 0) parts.push(`${mega(rate)} MB/s`);
  if (rate > 0 && total > bytes) parts.push(`${formatDuration(((total - bytes) / rate) * 1000)} left`);
  return parts.join('  ');
}

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
