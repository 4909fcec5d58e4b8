import { availableParallelism } from 'node:os';
import { McError, workerFile } from '../../base/index.js';
import { createThread, type Thread } from '../../base/threads.js';
import { copyPiece, type Piece } from '../archive/copy.js';
import { hasHashes, readRun, type Run } from '../archive/runs.js';
import { packBatch } from './batch.js';
import type { Pool } from '../archive/pool.js';
import { deflate, type PackedBatch, type PackedMember } from '../archive/member.js';
import { type OpenFile, openFile } from '../tree/source.js';
import type { WalkedEntry } from '../tree/entry.js';

export type PoolJob =
  | { kind: 'pack'; root: string; roots: readonly string[]; batch: WalkedEntry[] }
  | { kind: 'deflate'; bytes: Uint8Array }
  | { kind: 'copy'; source: string; target: string; piece: Piece }
  | { kind: 'hash'; archive: string; members: Run['members'] }
  | { kind: 'check'; archive: string; run: Run; deep: boolean };

export type JobResult = PackedBatch | PackedMember | string[] | boolean | null;

/** Does one piece of work. The only meaning of a job, in a thread or not. */
export function runJob(job: PoolJob, open: OpenFile = openFile): JobResult {
  switch (job.kind) {
    case 'pack':
      return packBatch(job.root, job.roots, job.batch, open);
    case 'deflate':
      return deflate(job.bytes);
    case 'copy':
      copyPiece(job.source, job.target, job.piece);
      return null;
    case 'hash':
      return hasHashes(job.archive, job.members);
    case 'check':
      return readRun(job.archive, job.run, () => null, job.deep);
  }
}

/** A pool without threads, for tests that bring their own way of opening files. */
export function inlinePool(open: OpenFile = openFile): Pool {
  return poolOf(1, (job) => Promise.resolve().then(() => runJob(job, open)), { warm: () => {}, close: async () => {} });
}

/** A pool of worker threads, one for each core up to eight. They start with their first work. */
export function threadPool(width: number = Math.min(8, Math.max(2, availableParallelism()))): Pool {
  const threads: Thread[] = [];
  const start = () => {
    const thread = createThread({ file: workerFile('pack'), name: 'mc backup pack' });
    threads.push(thread);
    return thread;
  };
  const run = (job: PoolJob): Promise<unknown> => {
    const least = threads.toSorted((a, b) => a.pending() - b.pending())[0];
    const thread = least && (least.pending() === 0 || threads.length >= width) ? least : start();
    return thread.ask(job, { transfer: job.kind === 'deflate' ? [job.bytes.buffer as ArrayBuffer] : [] });
  };
  const warm = () => {
    while (threads.length < width) start();
    for (const thread of threads) thread.warm();
  };
  const close = async () => {
    await Promise.all(threads.map((thread) => thread.end(new McError('interrupted', 'the backup was interrupted'))));
  };
  return poolOf(width, run, { warm, close });
}

function poolOf(width: number, run: (job: PoolJob) => Promise<unknown>, ends: Pick<Pool, 'warm' | 'close'>): Pool {
  return {
    width,
    ...ends,
    pack: (root, roots, batch) => run({ kind: 'pack', root, roots, batch }) as Promise<PackedBatch>,
    deflate: (bytes) => run({ kind: 'deflate', bytes }) as Promise<PackedMember>,
    check: (archive, job, deep) => run({ kind: 'check', archive, run: job, deep }) as Promise<string[]>,
    copy: (source, target, piece) => run({ kind: 'copy', source, target, piece }) as Promise<void>,
    // Without the files, which would have to be copied to the thread.
    hash: (archive, { members }) => run({ kind: 'hash', archive, members }) as Promise<boolean>,
  };
}
