import { basename, dirname } from 'node:path';
import type { LiveEvidence } from '../../protocol/index.js';
import type { AssembledSession } from '../facts.js';
import { evidencePath, tilde } from '../home.js';
import type { AgentDatabase } from './database.js';
import type { TranscriptFile } from './files.js';
import type { Gateway } from './gateway.js';
import type { Approval } from './global.js';
import { isFinal, isWaiting, liveOf } from './live.js';
import type { SessionNode, SessionWindow } from './nodes.js';
import type { RolloutFile } from './rollouts.js';
import type { Tail, TranscriptState } from './transcript.js';
import { isoFrom, later } from './values.js';

/** All that is known of the sessions of one agent. */
export interface AgentRecords {
  id: string;
  databases: { path: string; known: AgentDatabase['known'] }[];
  files: Iterable<TranscriptFile>;
  /** `sessions.json`, when no database has the agent. */
  listed: { path: string; nodes: SessionNode[] };
  rollouts: Iterable<RolloutFile>;
}

/** What is the same for all agents. */
export interface Surroundings {
  home: string;
  now: number;
  gateway: Gateway | null;
  approvals: readonly Approval[];
  /** The global database, absolute. */
  globalPath: string;
  /** Names of cron jobs, by id. */
  jobs: ReadonlyMap<string, string>;
  /** The session that a key stands for, of any agent. */
  currentOf(key: string): string | null;
}

/** One transcript of a session: the same may lie in several places. */
interface Source {
  state: TranscriptState;
  tail: Tail | null;
  evidence: Pick<LiveEvidence, 'source' | 'file' | 'field'>;
  /** Why it is not written to any more; null: it may be. */
  over: LiveEvidence | null;
  /** The smaller, the more it is to be believed. */
  rank: number;
}

interface Known {
  node: SessionNode | null;
  window: SessionWindow | null;
  /** Where the node is from. */
  evidence: Pick<LiveEvidence, 'source' | 'file'> | null;
  hasNodes: boolean;
  version: string | null;
}

const NONE: Known = { node: null, window: null, evidence: null, hasNodes: false, version: null };

/** The sessions of an agent, with what they do now. */
export function sessionsOf(records: AgentRecords, around: Surroundings): AssembledSession[] {
  const sources = sourcesOf(records, around);
  const known = knownOf(records, around);
  const ids = new Set([...sources.keys(), ...known.sessions.keys()]);
  const sessions = [...ids].map((id) =>
    sessionFrom(id, sources.get(id) ?? [], known.sessions.get(id) ?? known.others, { records, around }),
  );
  return [...sessions, ...threadsOf(records, ids, around)];
}

function sourcesOf(records: AgentRecords, { home }: Surroundings): Map<string, Source[]> {
  const found = new Map<string, Source[]>();
  const add = (session: string, source: Source) => found.set(session, [...(found.get(session) ?? []), source]);
  for (const { path, known } of records.databases) {
    const file = shown(home, path);
    for (const [session, { state, tail }] of known.rows) {
      const evidence = { source: 'database', file, field: 'transcript_events' } as const;
      add(session, { state, tail, evidence, over: null, rank: 0 });
    }
    for (const { archive, state, tail } of known.archives.values()) {
      const evidence = { source: 'database', file, field: archive.table } as const;
      add(archive.session, { state, tail, evidence, over: { ...evidence, value: archive.reason }, rank: 2 });
    }
  }
  for (const { path, session, kind, state } of records.files) {
    const evidence = { source: 'transcript', file: shown(home, path), field: 'stopReason' } as const;
    const over: LiveEvidence | null = kind === 'live' ? null : { ...evidence, field: 'name', value: kind };
    add(session, { state, tail: state.tail, evidence, over, rank: kind === 'live' ? 1 : 3 });
  }
  for (const list of found.values()) list.sort((one, other) => one.rank - other.rank);
  return found;
}

/** What databases and `sessions.json` say of sessions; `others`: of those that they do not name. */
function knownOf(records: AgentRecords, { home }: Surroundings): { sessions: Map<string, Known>; others: Known } {
  const sessions = new Map<string, Known>();
  let others = NONE;
  for (const { path, known } of records.databases) {
    const evidence = { source: 'database', file: shown(home, path) } as const;
    const common = { evidence, hasNodes: known.nodes.length > 0, version: known.version };
    const byKey = new Map(known.nodes.map((node) => [node.key, node]));
    if (common.hasNodes) others = { ...NONE, ...common };
    for (const node of known.nodes) sessions.set(node.current, { ...common, node, window: null });
    for (const window of known.windows.values())
      sessions.set(window.id, { ...common, node: byKey.get(window.key) ?? null, window });
  }
  const evidence = { source: 'registry', file: shown(home, records.listed.path) } as const;
  for (const node of records.listed.nodes) {
    others = { ...NONE, evidence, hasNodes: true };
    sessions.set(node.current, { ...others, node });
  }
  return { sessions, others };
}

function sessionFrom(
  id: string,
  sources: Source[],
  known: Known,
  { records, around }: { records: AgentRecords; around: Surroundings },
): AssembledSession {
  const { node, window } = known;
  const states = sources.map(({ state }) => state);
  const first = states[0] ?? null;
  const kind = kindOf(node?.key ?? window?.key ?? '', node);
  const isCurrent = node?.current === id;
  const cwdRaw = states.find(({ cwd }) => cwd !== null)?.cwd ?? null;
  const last = states.reduce<number | null>((time, state) => later(time, state.last), null);
  return {
    runtime: 'openclaw',
    agentId: records.id,
    id,
    parent: node?.parentKey ? around.currentOf(node.parentKey) : null,
    kind,
    hidden: false,
    title: titleFrom(node?.label ?? null, node?.key ?? window?.key ?? null, around.jobs),
    cwd: cwdRaw === null ? null : tilde(around.home, cwdRaw),
    cwdRaw,
    branch: null,
    version: known.version,
    started_at: isoFrom(window?.created ?? first?.started ?? node?.created ?? null),
    last_at: isoFrom(last ?? window?.updated ?? node?.updated ?? null),
    model: first?.model ?? window?.model ?? node?.model ?? null,
    context_tokens: isCurrent ? node.contextTokens : null,
    context_limit: isCurrent ? node.contextLimit : null,
    // Copies of a transcript have what it had: the fullest has all of it.
    compactions: Math.max(0, ...states.map(({ compactions }) => compactions)),
    subagents: 0,
    errors: Math.max(0, ...states.map(({ errors }) => errors)),
    live: liveOf(
      {
        gateway: around.gateway,
        approval: approvalOf(id, isCurrent ? node.key : null, records.id, around),
        globalFile: shown(around.home, around.globalPath),
        over: overOf(id, sources[0] ?? null, known),
        final: finalOf(kind, known),
        tail: sources[0]?.tail ?? null,
        source: sources[0]?.evidence ?? { source: 'database', file: null, field: null },
      },
      around.now,
    ),
  };
}

function approvalOf(id: string, key: string | null, agentId: string, around: Surroundings): Approval | null {
  const of = (approval: Approval) =>
    approval.session === null
      ? key !== null && approval.sessionKey === key
      : approval.session === id && (approval.agentId === null || approval.agentId === agentId);
  return around.approvals.find((approval) => of(approval) && isWaiting(approval, around.gateway, around.now)) ?? null;
}

/** Why a session does not go on: its transcript is archived, or its key stands for another session now. */
function overOf(id: string, source: Source | null, { node, evidence, hasNodes }: Known): LiveEvidence | null {
  if (source?.over) return source.over;
  if (!hasNodes || evidence === null) return null;
  const { source: from, file } = evidence;
  const said = (field: string, value: string | null) => ({ source: from, file, field: nodeField(from, field), value });
  if (node === null) return said('session_id', null);
  if (node.current !== id) return said('current_session_id', node.current);
  return node.archived ? said('archived_at', 'archived') : null;
}

function finalOf(kind: AssembledSession['kind'], { node, evidence }: Known): LiveEvidence | null {
  if (kind === 'main' || node === null || evidence === null || !isFinal(node.status)) return null;
  return { ...evidence, field: nodeField(evidence.source, 'status'), value: node.status };
}

function nodeField(source: LiveEvidence['source'], field: string): string {
  return source === 'database' ? `session_nodes.${field}` : field;
}

function kindOf(key: string, node: SessionNode | null): AssembledSession['kind'] {
  if (node?.via === 'spawn' || /^agent:[^:]+:subagent:/.test(key)) return 'subagent';
  return node?.via === 'cron' || /^agent:[^:]+:cron:/.test(key) ? 'cron' : 'main';
}

/** What the session is called; else the words of its key before anything that names a person: `telegram direct`. */
function titleFrom(label: string | null, key: string | null, jobs: ReadonlyMap<string, string>): string | null {
  if (label !== null || key === null) return label;
  const [first, , ...parts] = key.split(':');
  if (first !== 'agent') return null;
  if (parts[0] === 'cron') return jobs.get(parts[1] ?? '') ?? 'cron';
  const end = parts.findIndex((part) => !/^[a-z][a-z-]{0,30}$/.test(part));
  const words = (end === -1 ? parts : parts.slice(0, end)).slice(0, 2);
  return words.length === 0 ? null : words.join(' ');
}

/** Codex threads that no transcript has named yet: they run inside this agent, and nobody would look for them. */
function threadsOf(records: AgentRecords, ids: ReadonlySet<string>, { home }: Surroundings): AssembledSession[] {
  const threads = new Map<string, RolloutFile>();
  for (const file of records.rollouts) {
    if (file.session !== null && !ids.has(file.session)) threads.set(file.session, threads.get(file.session) ?? file);
  }
  return [...threads].map(([id, { path, state }]) => ({
    runtime: 'openclaw',
    agentId: records.id,
    id,
    parent: null,
    kind: 'subagent',
    hidden: true,
    title: null,
    cwd: state.cwd === null ? null : tilde(home, state.cwd),
    cwdRaw: state.cwd,
    branch: state.branch,
    version: state.version,
    started_at: isoFrom(state.started_at),
    last_at: isoFrom(state.last_at),
    model: state.model,
    context_tokens: state.context_tokens,
    context_limit: state.context_limit,
    compactions: state.compactions,
    subagents: 0,
    errors: state.errors,
    live: {
      status: 'unknown',
      reason: null,
      detail: null,
      since: null,
      evidence: { source: 'transcript', file: shown(home, path), field: null, value: null },
    },
  }));
}

/** A path as evidence: relative to the home. */
export function shown(home: string, path: string): string {
  return evidencePath(home, dirname(path), basename(path));
}
