import { isoOf } from '../../protocol/index.js';
import type { AssembledSession } from '../facts.js';
import { evidencePath, tilde } from '../home.js';
import type { Processes } from '../processes.js';
import { GONE, liveOf, processOf, type Registered } from './live.js';
import type { ProcessRecord } from './registry.js';
import { resumed } from './resumed.js';
import { statedOf } from './stated.js';
import type { ClaudeState, StatedCosts } from './state.js';

/** Something below a root: where, and what it says. */
interface Found {
  /** Absolute. */
  root: string;
  /** Relative to the root, with `/`. */
  path: string;
}

/** A transcript and what is kept of it. */
interface Kept extends Found {
  state: ClaudeState;
}

/** The record of a process. */
export interface FoundRecord extends Found {
  record: ProcessRecord;
}

/** All that is known of Claude Code on this machine at one time. */
export interface ClaudeRecords {
  /** Absolute: paths that are told begin there. */
  home: string;
  files: Iterable<Kept>;
  registry: Iterable<FoundRecord>;
  processes: Processes;
  /** Milliseconds since the epoch. */
  now: number;
}

/** A session of Claude Code, and what its processes say of their use. */
export interface ClaudeSession {
  session: AssembledSession;
  /** By model. Empty when none says. */
  stated: StatedCosts;
}

/** The files of one session. */
export interface Files {
  id: string;
  /** The transcript itself; null when there are only those of its subagents, or none. */
  main: Kept | null;
  /** By name: a copy below another root is the same. */
  subagents: Map<string, ClaudeState>;
}

/**
 * Sessions of Claude Code, in the order in which they began. Those of a process that has written nothing yet are among them; of a
 * process that is gone, only those with a transcript.
 */
export function assembleClaude(records: ClaudeRecords): ClaudeSession[] {
  const files = bySession(records);
  const registry = resumed(bestRecords(records), files);
  for (const [id, { process }] of registry) {
    const there = process === 'alive' || process === 'unknown';
    if (there && !files.has(id)) files.set(id, { id, main: null, subagents: new Map() });
  }
  return [...files.values()]
    .map((of) => ({ of, registered: registry.get(of.id) ?? null, ...timesOf(of) }))
    .sort((one, other) => one.began - other.began || (one.of.id < other.of.id ? -1 : 1))
    .map((session) => sessionOf(session, records));
}

/** What there is of one session: its files, its process, and when they begin and end (infinite: none says). */
interface Known {
  of: Files;
  registered: Registered | null;
  began: number;
  ended: number;
}

function sessionOf({ of, registered, began, ended }: Known, { home, now }: ClaudeRecords): ClaudeSession {
  const { id, main, subagents } = of;
  const first = main?.state ?? [...subagents.values()][0];
  const record = registered?.record ?? null;
  const cwdRaw = first?.cwd ?? record?.cwd ?? null;
  const titles = main?.state.titles;
  return {
    session: {
      runtime: 'claude-code',
      agentId: null,
      id,
      parent: null,
      kind: 'main',
      hidden: false,
      title: titles?.custom ?? titles?.name ?? titles?.ai ?? null,
      cwdRaw,
      cwd: cwdRaw === null ? null : tilde(home, cwdRaw),
      branch: first?.branch ?? null,
      version: first?.version ?? record?.version ?? null,
      started_at: isoOf(Number.isFinite(began) ? began : (record?.started_at ?? Number.NaN)),
      last_at: isoOf(ended),
      model: main?.state.model ?? null,
      context_tokens: main?.state.context_tokens ?? null,
      // No record says how much a model takes in.
      context_limit: null,
      compactions: main?.state.compactions ?? 0,
      subagents: subagents.size,
      errors: statesOf(of).reduce((sum, state) => sum + state.errors, 0),
      live:
        registered === null
          ? GONE
          : liveOf(registered, {
              transcript: main === null ? null : { state: main.state, file: evidencePath(home, main.root, main.path) },
              waitsFor: waitsFor(of),
              now,
            }),
    },
    stated: main === null ? {} : statedOf(main.state),
  };
}

/** Files by their sessions. Of a file's copies below several roots, the one that goes furthest counts. */
function bySession({ files }: ClaudeRecords): Map<string, Files> {
  const found = new Map<string, Files>();
  for (const kept of files) {
    const { path, state } = kept;
    if (state.session === null || (state.last_at === null && !state.subagent)) continue;
    const of: Files = found.get(state.session) ?? { id: state.session, main: null, subagents: new Map() };
    found.set(of.id, of);
    if (!state.subagent) {
      if (further(state, of.main?.state)) of.main = kept;
      continue;
    }
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (further(state, of.subagents.get(name))) of.subagents.set(name, state);
  }
  return found;
}

/** One record a session: of a process that is there, then the newest. */
function bestRecords({ registry, home, processes }: ClaudeRecords): Map<string, Registered> {
  const best = new Map<string, Registered>();
  for (const { root, path, record } of registry) {
    const found: Registered = { record, file: evidencePath(home, root, path), process: processOf(record, processes) };
    const known = best.get(record.session);
    if (known === undefined || compareRecords(found, known) > 0) best.set(record.session, found);
  }
  return best;
}

function compareRecords(one: Registered, other: Registered): number {
  const rank = { alive: 2, unknown: 1, dead: 0, other: 0 };
  return rank[one.process] - rank[other.process] || (one.record.status_at ?? 0) - (other.record.status_at ?? 0);
}

/** The tool that was called last and has no result yet, in the conversation or by a subagent; else the one called last. */
function waitsFor(of: Files): string | null {
  const open = statesOf(of).filter(({ pending, tail }) => pending.length > 0 && tail !== null);
  const last = open.toSorted((one, other) => (one.tail?.at ?? 0) - (other.tail?.at ?? 0)).at(-1);
  return last?.pending.at(-1)?.name ?? of.main?.state.tool ?? null;
}

function further(state: ClaudeState, than: ClaudeState | undefined): boolean {
  return than === undefined || (state.last_at ?? 0) > (than.last_at ?? 0);
}

function statesOf({ main, subagents }: Files): ClaudeState[] {
  return main === null ? [...subagents.values()] : [main.state, ...subagents.values()];
}

function timesOf(files: Files): { began: number; ended: number } {
  let began = Infinity;
  let ended = -Infinity;
  for (const { started_at, last_at } of statesOf(files)) {
    began = Math.min(began, started_at ?? began);
    ended = Math.max(ended, last_at ?? ended);
  }
  return { began, ended };
}
