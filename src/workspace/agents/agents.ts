import type { Agent, AgentReading, AgentWarning } from '../../protocol/index.js';
import { type AgentCard, NO_CARD, readAgentCard } from './card.js';
import { AGENT_FILES, type AgentFileName, type AgentFiles, fewWarnings, warnInto } from './files.js';
import { isFound } from '../text/read-bytes.js';
import { readTaskCard } from './tasks.js';
import { readCounters } from './counters.js';
import { type Identity, readIdentity } from './identity.js';
import { type Sign, lastSign } from './signs.js';
import { type Soul, readSoul } from './soul.js';
import { NO_STATE, type StateFile, readStateFile } from './state-file.js';
import { chooseStatus } from './status.js';

/** More warnings than this on one agent help nobody. */
const WARNINGS_KEPT = 50;

/**
 * What one agent's files say. Wrong types, broken and refused files become warnings of this agent; nothing throws.
 * `now` (milliseconds): signs of life from after it are not believed; without it all are.
 */
export function readAgent(id: string, files: AgentFiles, now: number = Number.POSITIVE_INFINITY): AgentReading {
  const warnings: AgentWarning[] = [...files.warnings];
  const { state, broken } = stateOf(files, warnings);
  const card = cardOf(files, warnings);
  const soul = soulOf(files, warnings);
  const identity = identityOf(files, warnings);
  const { last, ahead } = lastSign([...mtimes(files, warnings), ...state.signs, ...card.signs], now);
  const agent: Agent = {
    id,
    name: soul.title ?? id,
    display_name: identity.name ?? card.displayName ?? soul.name,
    role: soul.role ?? card.role,
    emoji: identity.emoji ?? card.emoji,
    ...chooseStatus([state.status, card.status]),
    waiting_for: state.waitingFor,
    current_tasks: state.currentTasks,
    tasks: [...state.tasks, ...taskCards(files, warnings)],
    counters: readCounters([...state.counters, ...card.counters]),
    last_active: last,
    heartbeat_interval: state.heartbeatInterval ?? card.heartbeatInterval,
    warnings: [],
    state: state.state,
    runtime: null,
    live: null,
    sessions: null,
  };
  // Last, when every reader has had its say.
  agent.warnings = fewWarnings(warnings, WARNINGS_KEPT);
  const memory = Object.fromEntries(files.memory.map(({ name, mtimeMs }) => [name, mtimeMs]));
  return { agent, broken, memory, ...(ahead ? { ahead } : {}) };
}

function stateOf(files: AgentFiles, warnings: AgentWarning[]): { state: StateFile; broken: AgentWarning | null } {
  const file = files.files['state.json'];
  if (file === undefined) return { state: NO_STATE, broken: null };
  const said = isFound(file)
    ? readStateFile(file, warnInto(warnings, 'state.json'))
    : { broken: { place: null, reason: file.refused } };
  if ('state' in said) return { state: said.state, broken: null };
  const broken = { file: 'state.json', ...said.broken };
  warnings.push(broken);
  return { state: NO_STATE, broken };
}

function cardOf(files: AgentFiles, warnings: AgentWarning[]): AgentCard {
  const warn = warnInto(warnings, 'agent.json');
  const file = files.files['agent.json'];
  if (isFound(file)) return readAgentCard(file, warn);
  if (file) warn(null, file.refused);
  return NO_CARD;
}

function soulOf(files: AgentFiles, warnings: AgentWarning[]): Soul {
  return readText(files, 'SOUL.md', warnings, readSoul) ?? { title: null, name: null, role: null };
}

function identityOf(files: AgentFiles, warnings: AgentWarning[]): Identity {
  return readText(files, 'IDENTITY.md', warnings, readIdentity) ?? { name: null, emoji: null };
}

function readText<T>(
  files: AgentFiles,
  name: AgentFileName,
  warnings: AgentWarning[],
  read: (bytes: Uint8Array) => T,
): T | null {
  const file = files.files[name];
  if (isFound(file)) return read(file.bytes);
  if (file) warnInto(warnings, name)(null, file.refused);
  return null;
}

function taskCards(files: AgentFiles, warnings: AgentWarning[]): Agent['tasks'] {
  return files.tasks.flatMap(({ name, file }) => {
    const source = `tasks/${name}`;
    return readTaskCard(source, file, warnInto(warnings, source)) ?? [];
  });
}

/** Every edit of a file of its own is a sign of life. */
function mtimes(files: AgentFiles, warnings: AgentWarning[]): Sign[] {
  const own = AGENT_FILES.map((name) => ({ name: name as string, mtimeMs: files.files[name]?.mtimeMs ?? null }));
  const memory = files.memory.map(({ name, mtimeMs }) => ({ name: `memory/${name}`, mtimeMs }));
  const tasks = files.tasks.map(({ name, file }) => ({ name: `tasks/${name}`, mtimeMs: file.mtimeMs }));
  return [...own, ...memory, ...tasks].flatMap(({ name, mtimeMs }) =>
    mtimeMs === null ? [] : [{ at: mtimeMs, place: null, warn: warnInto(warnings, name) }],
  );
}
