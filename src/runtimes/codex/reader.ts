import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, readRegularSync, wasRead } from '../../base/index.js';
import { tilde } from '../home.js';
import { createTranscripts } from '../read/transcripts.js';
import { fileAt } from '../read/walk.js';
import type { OpenReader } from '../reader.js';
import {
  form,
  isArchived,
  isPacked,
  LOCKS,
  lockedThreads,
  NAMES,
  threadNames,
  wantsDirectory,
  wantsFile,
} from './index.js';
import { assembleCodex } from './sessions.js';

/** Some statuses change with time alone: sessions are assembled anew after so long, in milliseconds. */
const ANEW_MS = 15_000;
const NAMES_BYTES = 64 * 1024 * 1024;

/** Reads what Codex records. */
export const openCodexReader: OpenReader = ({ roots, home, ledger, version, onPut, pace }) => {
  const transcripts = createTranscripts({
    runtime: 'codex',
    form,
    into: wantsDirectory,
    wants: wantsFile,
    isPacked,
    repeat: (path) => (isArchived(path) ? 'archive' : 'repeat'),
    roots,
    home,
    ledger,
    version,
    onPut,
    pace,
  });
  const names = createNames();
  let before = '';
  let assembledAt = Number.NEGATIVE_INFINITY;
  let open: string[] = [];
  let versions: string[] = [];
  return {
    look({ now, processes, until }) {
      const { changed, more } = transcripts.look(now, until, (path) => open.some((thread) => path.includes(thread)));
      const locks = new Map<string, Set<string>>();
      const held: string[] = [];
      for (const { path: root } of transcripts.roots) {
        const threads = readLocks(root);
        if (threads === null) continue;
        locks.set(root, threads);
        for (const thread of threads) {
          if (processes.holdsLock(join(root, LOCKS, `${thread}.lock`)) !== false) held.push(thread);
        }
      }
      open = held;
      const backfill = transcripts.progress();
      const found = {
        state: transcripts.roots.length > 0 ? ('reading' as const) : ('absent' as const),
        roots: transcripts.roots.map(({ path }) => tilde(home, path)),
        files: transcripts.files.size,
        bytes: backfill.total_bytes,
        versions,
        backfill,
        warnings: transcripts.warnings(),
      };
      const named = names.look(transcripts.roots.map(({ path }) => path));
      const signature = JSON.stringify([...locks].map(([root, threads]) => [root, [...threads], held]));
      const at = performance.now();
      if (!changed && !named && signature === before && at - assembledAt < ANEW_MS) {
        return { found, assembled: null, more };
      }
      before = signature;
      assembledAt = at;
      const files = [...transcripts.files.values()].map(({ root, file, state }) => ({
        root: root.path,
        path: file.path,
        state,
      }));
      const { sessions, quotas } = assembleCodex({ home, files, locks, names: names.all, processes, now });
      versions = [...new Set(sessions.flatMap((session) => session.version ?? []))].sort();
      return {
        found: { ...found, versions },
        assembled: { sessions, cron: [], quotas, rankBy: 'last_at', agents: [], gateway: null },
        more,
      };
    },
    close() {},
  };
};

/** Threads with a lock file; null: versions before them have no such directory, or it cannot be listed. */
function readLocks(root: string): Set<string> | null {
  try {
    return lockedThreads(readdirSync(join(root, LOCKS)));
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}

/** Names of threads: their index is read again when it is another one. */
function createNames() {
  const seen = new Map<string, string>();
  let all: ReadonlyMap<string, string> = new Map();
  return {
    get all() {
      return all;
    },
    /** True: they are other ones now. */
    look(roots: readonly string[]): boolean {
      let changed = false;
      for (const root of roots) {
        const file = fileAt(root, NAMES);
        const stamp = file === null ? '' : `${file.ino}:${file.size}:${file.mtimeMs}`;
        changed ||= (seen.get(root) ?? '') !== stamp;
        seen.set(root, stamp);
      }
      if (changed) all = new Map(roots.flatMap((root) => [...readNames(root)]));
      return changed;
    },
  };
}

function readNames(root: string): Map<string, string> {
  const file = readRegularSync(join(root, NAMES), { limit: NAMES_BYTES, within: [root] });
  return wasRead(file) ? threadNames(file.bytes.toString('utf8').split('\n')) : new Map();
}
