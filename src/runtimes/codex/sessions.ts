import { join } from 'node:path';
import { isoOf, type Quota } from '../../protocol/index.js';
import type { AssembledSession } from '../facts.js';
import { evidencePath, tilde } from '../home.js';
import type { Processes } from '../processes.js';
import { LOCKS, rankOf, rolloutOf } from './files.js';
import { type Lock, liveOf, type Rollout } from './live.js';
import type { CodexState } from './state.js';

/** All that is known of Codex on this machine at one time. */
export interface CodexRecords {
  /** Absolute: paths that are told begin there. */
  home: string;
  /** `root`: absolute. `path`: relative to it, with `/`. Copies of a rollout may be among them. */
  files: Iterable<{ root: string; path: string; state: CodexState }>;
  /** Threads with a lock file, by root (absolute); a root without a directory of locks is not there. */
  locks: ReadonlyMap<string, ReadonlySet<string>>;
  /** Names of threads. */
  names: ReadonlyMap<string, string>;
  processes: Processes;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface CodexSessions {
  /** In the order in which they began. */
  sessions: AssembledSession[];
  /** By name, each as it was said last. */
  quotas: Quota[];
  /** By session: how many tokens Codex itself says that it has used. For comparison; only where it says so. */
  stated: Map<string, number>;
}

interface Found extends Rollout {
  root: string;
  path: string;
}

/** Threads of Codex. A thread may be in several files; of copies of a file one counts. */
export function assembleCodex(records: CodexRecords): CodexSessions {
  const chosen = withoutCopies(records);
  const threads = new Map<string, Found[]>();
  for (const found of chosen) threads.set(found.state.thread, [...(threads.get(found.state.thread) ?? []), found]);
  const children = new Map<string, number>();
  for (const [found] of threads.values()) {
    const parent = found?.state.parent;
    if (parent) children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  const stated = new Map<string, number>();
  const sessions: AssembledSession[] = [];
  for (const [id, files] of threads) {
    const ordered = files.toSorted((one, other) => startOf(one) - startOf(other) || compare(one.path, other.path));
    const last = ordered.reduce((last, file) => (endOf(file) >= endOf(last) ? file : last));
    sessions.push({ ...sessionOf(id, ordered, last, records), subagents: children.get(id) ?? 0 });
    const says = ordered.findLast(({ state }) => state.stated !== null)?.state.stated;
    if (says) stated.set(id, says);
  }
  sessions.sort((one, other) => compare(one.started_at ?? '', other.started_at ?? '') || compare(one.id, other.id));
  return { sessions, quotas: quotasOf(chosen), stated };
}

/** Plain before packed, in use before archived; what was not read yet is not there. */
function withoutCopies({ files, home }: CodexRecords): Found[] {
  const chosen = new Map<string, Found>();
  for (const { root, path, state } of files) {
    if (state.last_at === null) continue;
    const name = rolloutOf(path);
    const known = chosen.get(name);
    if (known !== undefined && rankOf(known.path) <= rankOf(path)) continue;
    chosen.set(name, { root, path, state, file: evidencePath(home, root, path) });
  }
  return [...chosen.values()];
}

function sessionOf(
  id: string,
  ordered: Found[],
  last: Found,
  records: CodexRecords,
): Omit<AssembledSession, 'subagents'> {
  const states = ordered.map(({ state }) => state);
  const first = states[0] ?? last.state;
  const cwdRaw = states.find(({ cwd }) => cwd !== null)?.cwd ?? null;
  return {
    runtime: 'codex',
    agentId: null,
    id,
    parent: first.parent,
    kind: first.kind,
    hidden: first.hidden,
    title: records.names.get(id) ?? null,
    cwdRaw,
    cwd: cwdRaw === null ? null : tilde(records.home, cwdRaw),
    branch: last.state.branch,
    version: last.state.version,
    started_at: iso(first.started_at),
    last_at: iso(last.state.last_at),
    model: last.state.model,
    context_tokens: last.state.context_tokens,
    context_limit: last.state.context_limit,
    compactions: states.reduce((sum, { compactions }) => sum + compactions, 0),
    errors: states.reduce((sum, { errors }) => sum + errors, 0),
    live: liveOf(last, lockOf(id, last, records), records.now),
  };
}

/** Whether a process has the thread open; null: this cannot be told here. */
function lockOf(id: string, { root }: Found, { locks, processes, home }: CodexRecords): Lock | null {
  const threads = locks.get(root);
  if (threads === undefined) return null;
  const path = `${LOCKS}/${id}.lock`;
  const held = threads.has(id) ? processes.holdsLock(join(root, path)) : false;
  return held === null ? null : { held, file: evidencePath(home, root, path) };
}

function quotasOf(files: Found[]): Quota[] {
  const newest = new Map<string, CodexState['limits'][string]>();
  for (const { state } of files) {
    for (const [name, limit] of Object.entries(state.limits)) {
      if (limit.at > (newest.get(name)?.at ?? Number.NEGATIVE_INFINITY)) newest.set(name, limit);
    }
  }
  return [...newest]
    .map(([name, { used_percent, window_minutes, resets_at, at }]) => ({
      runtime: 'codex' as const,
      name,
      used_percent,
      window_minutes,
      resets_at: iso(resets_at),
      at: isoOf(at) ?? '',
    }))
    .sort((one, other) => compare(one.name, other.name));
}

function startOf({ state }: Found): number {
  return state.started_at ?? state.last_at ?? 0;
}

function endOf({ state }: Found): number {
  return state.last_at ?? 0;
}

function iso(time: number | null): string | null {
  return time === null ? null : isoOf(time);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
