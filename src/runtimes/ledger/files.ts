import type { RuntimeName } from '../../protocol/index.js';
import type { FileAccount, FileRecord } from './contract.js';
import type { Database } from './database.js';
import { hashOf } from './names.js';

/** What is kept of the files that were read. */
export interface Files {
  get(runtime: RuntimeName, path: string): FileRecord | null;
  put(runtime: RuntimeName, path: string, record: FileRecord): void;
  forget(runtime: RuntimeName, path: string): void;
  /** Per runtime: how many are there, and what became of the lines of those that are and were. */
  accounts(): Map<RuntimeName, { files: number; read: FileAccount }>;
}

export function createFiles(db: Database): Files {
  const get = db.prepare('SELECT * FROM runtime_files WHERE path_hash = ? AND there = 1');
  const put = db.prepare('INSERT OR REPLACE INTO runtime_files VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)');
  const forget = db.prepare('UPDATE runtime_files SET there = 0, state = NULL WHERE path_hash = ?');
  const all = db.prepare('SELECT runtime, there, account FROM runtime_files');
  return {
    get(runtime, path) {
      const row = get.get(hashOf(runtime, path)) as FileRow | undefined;
      if (row === undefined) return null;
      const state = parsed(row.state);
      const account = parsed(row.account) as FileAccount | undefined;
      // A row that somebody else wrote: the file is read anew, its keys make that harmless.
      if (state === undefined || account === undefined) return null;
      const { dev, inode: ino, size, mtime: mtimeMs, offset, head_hash: head } = row;
      return { dev, ino, size, mtimeMs, offset, head, state, account };
    },
    put(runtime, path, { dev, ino, size, mtimeMs, offset, head, state, account }) {
      const kept = [JSON.stringify(state), JSON.stringify(account)];
      put.run(hashOf(runtime, path), runtime, dev, ino, size, mtimeMs, offset, head, ...kept);
    },
    forget: (runtime, path) => void forget.run(hashOf(runtime, path)),
    accounts() {
      const accounts = new Map<RuntimeName, { files: number; read: FileAccount }>();
      for (const row of all.iterate() as Iterable<FileRow>) {
        const sum = accounts.get(row.runtime) ?? { files: 0, read: emptyAccount() };
        accounts.set(row.runtime, sum);
        sum.files += row.there;
        const account = parsed(row.account) as FileAccount | undefined;
        if (account) addAccount(sum.read, account);
      }
      return accounts;
    },
  };
}

/** Of a file of which no line has been read. */
export function emptyAccount(): FileAccount {
  return { lines: 0, malformed: 0, responses: 0, errors: 0, dropped: {}, unknown: {} };
}

interface FileRow {
  runtime: RuntimeName;
  there: number;
  dev: number;
  inode: number;
  size: number;
  mtime: number;
  offset: number;
  head_hash: string;
  state: string | null;
  account: string;
}

function addAccount(to: FileAccount, account: FileAccount): void {
  for (const name of ['lines', 'malformed', 'responses', 'errors'] as const) to[name] += account[name];
  addCounts(to.dropped, account.dropped);
  addCounts(to.unknown, account.unknown);
}

function addCounts(to: Partial<Record<string, number>>, counts: Partial<Record<string, number>>): void {
  for (const [name, count = 0] of Object.entries(counts)) to[name] = (to[name] ?? 0) + count;
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
