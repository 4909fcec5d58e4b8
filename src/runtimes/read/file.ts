import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, kindOfFile, reasonOf } from '../../base/index.js';
import type { RuntimeName } from '../../protocol/index.js';
import type { DropReason, ErrorFact, Findings, Response, TranscriptForm } from '../facts.js';
import type { FileAccount, Ledger } from '../ledger/contract.js';
import { slim } from '../slim.js';
import { type LinePlace, type LinesRead, readLines } from './lines.js';
import { unpackLines } from './packed.js';
import type { Root } from './roots.js';
import type { FoundFile } from './walk.js';

/** How the files of a runtime are read. */
export interface Reading<State> {
  runtime: RuntimeName;
  form: TranscriptForm<State>;
  ledger: Ledger;
  /** What of a file is kept for the next run is good only for this version of the program. */
  version: string;
  /** What a response of this file (relative path) is called that is known already; absent: `repeat`. */
  repeat?: (path: string) => DropReason;
  /** Whether a file is packed (zstd): such a one is read whole. Absent: none is. */
  isPacked?: (path: string) => boolean;
  /** Hears of deltas to the sums. */
  onPut: (result: ReturnType<Ledger['put']>) => void;
}

/** One file that is known. */
export interface Transcript<State> {
  root: Root;
  /** Absolute. */
  path: string;
  /** As it was when it was last looked at. */
  file: FoundFile;
  /** As it was when it was last read; null: it was not. */
  read: FoundFile | null;
  state: State;
  place: LinePlace;
  /** What its beginning was, as `length:hash`. */
  head: string;
  account: FileAccount;
}

/** What was done with a file's turn. */
export interface Turn {
  /** Nothing is left to read now. */
  done: boolean;
  /** Something was read that may change what is known. */
  took: boolean;
}

const LONGEST_LINE = 64 * 1024 * 1024;
/** What one turn reads. */
const TURN_BYTES = 4 * 1024 * 1024;
const HEAD_BYTES = 1024;
// A link that is put in a file's place is not followed, and a FIFO is not waited for.
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0) | (constants.O_NOFOLLOW ?? 0);

export function isSame(one: FoundFile, other: FoundFile): boolean {
  return one.mtimeMs === other.mtimeMs && one.size === other.size && one.ino === other.ino && one.dev === other.dev;
}

/** What is kept of a file from an earlier run, else its beginning. */
export function recall<State>(
  { ledger, runtime, form, version }: Reading<State>,
  root: Root,
  file: FoundFile,
): Transcript<State> {
  const path = join(root.path, file.path);
  const record = ledger.file(runtime, path);
  const kept = record?.state as { version?: unknown; skipping?: unknown; state: State } | undefined;
  if (!record || kept?.version !== version) return { root, path, file, ...beginning(form, file.path), read: null };
  const { offset, head, account, dev, ino, size, mtimeMs } = record;
  const read = { path: file.path, dev, ino, size, mtimeMs };
  const place = { offset, skipping: kept.skipping === true };
  return { root, path, file, read, state: kept.state, place, head, account };
}

/**
 * Reads a file on from where it was left, one turn of it; anew when it is another one, or shorter. What is found and how far it was
 * read are kept in one transaction.
 */
export function readOn<State>(
  reading: Reading<State>,
  transcript: Transcript<State>,
  warn: (reason: string) => void,
): Turn {
  let fd: number;
  try {
    fd = openSync(transcript.path, READ);
  } catch (error) {
    // What is gone is missed when directories are looked at.
    if (errnoOf(error) !== 'ENOENT') warn(reasonOf(error));
    return { done: true, took: false };
  }
  try {
    return readOpen(reading, transcript, fd, warn);
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    warn(reasonOf(error));
    return { done: true, took: false };
  } finally {
    closeSync(fd);
  }
}

function readOpen<State>(
  reading: Reading<State>,
  transcript: Transcript<State>,
  fd: number,
  warn: (reason: string) => void,
): Turn {
  const stats = fstatSync(fd);
  if (!stats.isFile()) {
    warn(`is ${kindOfFile(stats)}, not read`);
    return { done: true, took: false };
  }
  const { dev, ino, size, mtimeMs } = stats;
  const now: FoundFile = { path: transcript.file.path, dev, ino, size, mtimeMs };
  const { read } = transcript;
  const packed = reading.isPacked?.(now.path) === true;
  const goesOn =
    !packed &&
    read?.dev === dev &&
    read.ino === ino &&
    size >= transcript.place.offset &&
    transcript.head === headOf(fd, transcript.head);
  if (!goesOn) Object.assign(transcript, beginning(reading.form, now.path));
  const before = transcript.place.offset;
  const found = collect(reading, transcript, warn);
  const lines = packed
    ? unpacked(now, fd, found.line, warn)
    : readLines(fd, transcript.place, { longest: LONGEST_LINE, budget: TURN_BYTES }, found.line);
  if (lines.tooLong > 0) warn('a line is longer than 64 MiB, not read');
  transcript.account.malformed += lines.tooLong;
  transcript.account.lines += lines.tooLong;
  transcript.place = { offset: lines.offset, skipping: lines.skipping };
  transcript.head = headOf(fd, `${Math.min(HEAD_BYTES, lines.offset)}:`);
  try {
    keep(reading, transcript, now, found);
  } catch (error) {
    // What is kept is behind what the state says: all of it is read again.
    transcript.read = null;
    throw error;
  }
  transcript.read = now;
  return { done: lines.done, took: lines.offset !== before || !goesOn };
}

interface Collected {
  line: (line: Buffer) => void;
  responses: Response[];
  errors: ErrorFact[];
}

function collect<State>(
  { form }: Reading<State>,
  transcript: Transcript<State>,
  warn: (reason: string) => void,
): Collected {
  const { account } = transcript;
  const responses: Response[] = [];
  const errors: ErrorFact[] = [];
  const findings: Findings = {
    response(response) {
      account.responses++;
      responses.push(response);
    },
    error(error) {
      account.errors++;
      errors.push(error);
    },
    dropped(reason) {
      account.dropped[reason] = (account.dropped[reason] ?? 0) + 1;
    },
    unknown(kind) {
      const name = kind.slice(0, 80);
      if (Object.hasOwn(account.unknown, name) || Object.keys(account.unknown).length < 50) {
        account.unknown[name] = (account.unknown[name] ?? 0) + 1;
      }
    },
    warning: warn,
  };
  const parse = form.read?.bind(form) ?? ((line: Buffer): unknown => JSON.parse(slim(line).toString('utf8')));
  return {
    responses,
    errors,
    line(line) {
      account.lines++;
      if (!form.wants(line)) return;
      let parsed: unknown;
      try {
        parsed = parse(line);
      } catch {
        account.malformed++;
        return;
      }
      form.take(transcript.state, parsed, findings);
    },
  };
}

function keep<State>(
  { ledger, runtime, repeat, version, onPut }: Reading<State>,
  { path, file, state, place, head, account }: Transcript<State>,
  { dev, ino, size, mtimeMs }: FoundFile,
  { responses, errors }: Collected,
): void {
  ledger.inOne(() => {
    if (responses.length > 0) onPut(ledger.put(runtime, responses, repeat?.(file.path)));
    if (errors.length > 0) ledger.putErrors(runtime, errors);
    const kept = { version, skipping: place.skipping, state };
    ledger.putFile(runtime, path, { dev, ino, size, mtimeMs, offset: place.offset, head, state: kept, account });
  });
}

/** A packed file is read whole or not at all, and then not again until it changes. */
function unpacked(
  file: FoundFile,
  fd: number,
  onLine: (line: Buffer) => void,
  warn: (reason: string) => void,
): LinesRead {
  try {
    unpackLines(fd, onLine);
  } catch (error) {
    warn(error instanceof Error ? error.message : 'cannot be unpacked');
  }
  return { offset: file.size, skipping: false, bytes: file.size, tooLong: 0, done: true };
}

function beginning<State>(
  form: TranscriptForm<State>,
  path: string,
): Pick<Transcript<State>, 'state' | 'place' | 'head' | 'account'> {
  const account: FileAccount = { lines: 0, malformed: 0, responses: 0, errors: 0, dropped: {}, unknown: {} };
  return { state: form.begin(path), place: { offset: 0, skipping: false }, head: '', account };
}

/** The hash of as many first bytes as an earlier one is of, as `length:hash`. */
function headOf(fd: number, earlier: string): string {
  const length = Number.parseInt(earlier, 10);
  if (!(length > 0)) return '';
  const bytes = Buffer.alloc(length);
  const count = readSync(fd, bytes, 0, length, 0);
  return `${length}:${createHash('sha256').update(bytes.subarray(0, count)).digest('base64url').slice(0, 22)}`;
}
