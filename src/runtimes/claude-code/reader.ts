import { tilde } from '../home.js';
import { createTranscripts } from '../read/transcripts.js';
import type { OpenReader } from '../reader.js';
import { wantsFile } from './files.js';
import { form } from './form.js';
import { createRegistry } from './processes.js';
import { assembleClaude, type ClaudeSession } from './sessions.js';

/** Some statuses change with time alone: they are looked at anew after so long, in milliseconds. */
const ANEW_MS = 15_000;

/** Reads what Claude Code records. */
export const openClaudeReader: OpenReader = (setup) => {
  const { home } = setup;
  const transcripts = createTranscripts({
    ...setup,
    runtime: 'claude-code',
    form,
    into: (path) => path === 'projects' || path.startsWith('projects/'),
    wants: wantsFile,
  });
  const records = createRegistry();
  let before = '';
  let lookedAt = Number.NEGATIVE_INFINITY;
  /** Sessions that a process says it has, or has. */
  let open = new Set<string>();
  let lives = '';
  let versions: string[] = [];
  return {
    look({ now, processes, until }) {
      const { changed, more } = transcripts.look(now, until, (path) => open.has(sessionIn(path)));
      const registry = records.look(transcripts.roots.map(({ path }) => path));
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
      const assemble = (isWanted: (session: string | null) => boolean): ClaudeSession[] => {
        const files = [...transcripts.files.values()].filter(({ state }) => isWanted(state.session));
        const kept = files.map(({ root, file, state }) => ({ root: root.path, path: file.path, state }));
        return assembleClaude({ home, files: kept, registry, processes, now });
      };
      const signature = JSON.stringify(
        registry.map(({ root, record }) => [root, record, processes.startOf(record.pid)]),
      );
      const at = performance.now();
      if (!changed && signature === before) {
        if (at - lookedAt < ANEW_MS) return { found, assembled: null, more };
        lookedAt = at;
        // There may be thousands of sessions, of which some have a process: only theirs changes with time.
        const same = open.size === 0 || livesOf(assemble((session) => session !== null && open.has(session))) === lives;
        if (same) return { found, assembled: null, more };
      }
      before = signature;
      lookedAt = at;
      const sessions = assemble(() => true);
      lives = livesOf(sessions);
      open = new Set(registry.map(({ record }) => record.session));
      for (const { session } of withProcess(sessions)) open.add(session.id);
      versions = [...new Set(sessions.flatMap(({ session }) => session.version ?? []))].sort();
      return {
        found: { ...found, versions },
        assembled: {
          sessions: sessions.map(({ session }) => session),
          cron: [],
          quotas: [],
          rankBy: 'last_at',
          agents: [],
          stated: new Map(
            sessions.flatMap(({ session, stated }) => (Object.keys(stated).length > 0 ? [[session.id, stated]] : [])),
          ),
          gateway: null,
        },
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

/** What the sessions with a process do. */
function livesOf(sessions: readonly ClaudeSession[]): string {
  return JSON.stringify(withProcess(sessions).map(({ session }) => [session.id, session.live]));
}

function withProcess(sessions: readonly ClaudeSession[]): ClaudeSession[] {
  return sessions.filter(({ session }) => session.live.evidence.file !== null);
}
