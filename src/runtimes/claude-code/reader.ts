import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularSync, wasRead } from '../../base/index.js';
import { tilde } from '../home.js';
import { createTranscripts } from '../read/transcripts.js';
import { fileAt } from '../read/walk.js';
import type { Moment, OpenReader } from '../reader.js';
import { wantsFile, wantsRecord } from './files.js';
import { form } from './form.js';
import { type ProcessRecord, recordOf } from './registry.js';
import { assembleClaude } from './sessions.js';

/** Some statuses change with time alone: sessions are assembled anew after so long, in milliseconds. */
const ANEW_MS = 15_000;
const RECORD_BYTES = 256 * 1024;
/** A machine has some dozens of these processes. */
const MOST_RECORDS = 1000;

interface Registered {
  root: string;
  path: string;
  record: ProcessRecord;
}

/** Reads what Claude Code records. */
export const openClaudeReader: OpenReader = ({ roots, home, ledger, version, onPut, pace }) => {
  const transcripts = createTranscripts({
    runtime: 'claude-code',
    form,
    into: (path) => path === 'projects' || path.startsWith('projects/'),
    wants: wantsFile,
    roots,
    home,
    ledger,
    version,
    onPut,
    pace,
  });
  let before = '';
  let assembledAt = Number.NEGATIVE_INFINITY;
  let open = new Set<string>();
  let versions: string[] = [];
  return {
    look({ now, processes, until }) {
      const { changed, more } = transcripts.look(now, until, (path) => open.has(sessionIn(path)));
      const registry = transcripts.roots.flatMap(({ path }) => readRegistry(path));
      open = new Set(registry.map(({ record }) => record.session));
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
      const signature = signatureOf(registry, processes);
      const at = performance.now();
      if (!changed && signature === before && at - assembledAt < ANEW_MS) return { found, assembled: null, more };
      before = signature;
      assembledAt = at;
      const files = [...transcripts.files.values()].map(({ root, file, state }) => ({
        root: root.path,
        path: file.path,
        state,
      }));
      const sessions = assembleClaude({ home, files, registry, processes, now }).map(({ session }) => session);
      versions = [...new Set(sessions.flatMap((session) => session.version ?? []))].sort();
      return {
        found: { ...found, versions },
        assembled: { sessions, cron: [], quotas: [], rankBy: 'last_at', agents: [], gateway: null },
        more,
      };
    },
    close() {},
  };
};

/** The session that a path names: `projects/<slug>/<session>.jsonl`. */
function sessionIn(path: string): string {
  return (path.split('/')[2] ?? '').replace(/\.jsonl$/u, '');
}

/** The records of a root's processes as they are now. What is half written is there with the next look. */
function readRegistry(root: string): Registered[] {
  const found: Registered[] = [];
  for (const name of namesIn(join(root, 'sessions')).slice(0, MOST_RECORDS)) {
    const path = `sessions/${name}`;
    if (!wantsRecord(path) || fileAt(root, path) === null) continue;
    const file = readRegularSync(join(root, path), { limit: RECORD_BYTES, within: [root] });
    if (!wasRead(file)) continue;
    const record = recordOf(path, parsed(file.bytes));
    if (record) found.push({ root, path, record });
  }
  return found;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // None before the version that has them.
    return [];
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

function signatureOf(registry: readonly Registered[], processes: Moment['processes']): string {
  return JSON.stringify(registry.map(({ root, record }) => [root, record, processes.startOf(record.pid)]));
}
