import type { Findings } from '../facts.js';
import { isoTimeOf, objectOf, textOf, timeOf } from '../values.js';
import type { ClaudeState, Tail } from './state.js';
import { type AssistantLine, contextOf, responseOf } from './usage.js';

type Line = Record<string, unknown>;

/** Tools that are waited for at one time. */
const PENDING = 32;
/** What a person typed that no model is asked. */
const COMMAND = /^<(?:local-command|command|bash)-/u;
const INTERRUPTED = '[Request interrupted by user';
/** Reasons to stop after which the turn goes on; null is one too, on the first lines of a response. */
const GOES_ON = new Set<unknown>([null, undefined, 'tool_use', 'pause_turn']);

/** Takes in a block of a response, or the error that a turn ended in. */
export function takeAssistant(state: ClaudeState, line: Line, findings: Findings): void {
  const at = takeCommon(state, line);
  const message = objectOf(line.message) ?? {};
  if (line.isApiErrorMessage === true) return takeError(state, line, at, findings);
  // Fillers of the runtime ("No response requested.").
  if (message.model === '<synthetic>') return findings.dropped('not_a_response');
  takeUsage(state, { line, message, at }, findings);
  if (isAside(state, line)) return;
  state.error = null;
  let called = false;
  for (const block of blocksOf(message)) {
    if (block.type !== 'tool_use') continue;
    const name = textOf(block.name);
    const id = textOf(block.id);
    called = true;
    if (name === null) continue;
    state.tool = name;
    if (id !== null) state.pending = [...state.pending.filter((each) => each.id !== id), { id, name }].slice(-PENDING);
  }
  setTail(state, called ? 'tool_use' : GOES_ON.has(message.stop_reason) ? 'assistant' : 'end', at);
}

/** Takes in a prompt, the results of tools, or what the runtime says in a person's name. */
export function takeUser(state: ClaudeState, line: Line): void {
  const at = takeCommon(state, line);
  // Summaries and notes of the runtime ask for nothing.
  if (isAside(state, line) || line.isMeta === true || line.isCompactSummary === true) return;
  const message = objectOf(line.message) ?? {};
  const blocks = blocksOf(message);
  const results = blocks.filter((block) => block.type === 'tool_result');
  if (results.length > 0) {
    const done = new Set(results.map((block) => block.tool_use_id));
    state.pending = state.pending.filter(({ id }) => !done.has(id));
    return setTail(state, 'tool_result', at);
  }
  const said = [message.content, blocks[0]?.text].find((text) => typeof text === 'string') ?? '';
  if (COMMAND.test(said)) return;
  state.pending = [];
  state.error = null;
  setTail(state, said.startsWith(INTERRUPTED) ? 'end' : 'prompt', at);
}

/** Takes in what the runtime notes: that it compacted the conversation, that a turn is over. */
export function takeSystem(state: ClaudeState, line: Line): void {
  const at = takeCommon(state, line);
  if (isAside(state, line)) return;
  if (line.subtype === 'turn_duration') return setTail(state, 'end', at);
  if (line.subtype !== 'compact_boundary') return;
  state.compactions++;
  const left = objectOf(line.compactMetadata)?.postTokens;
  state.context_tokens = typeof left === 'number' && Number.isSafeInteger(left) && left > 0 ? left : null;
}

/** Takes in what every line of a conversation says. @returns its time, or that of the line before it; null: neither has one */
function takeCommon(state: ClaudeState, line: Line): number | null {
  const at = timeOf(line.timestamp);
  if (at !== null) {
    state.started_at = Math.min(state.started_at ?? at, at);
    state.last_at = Math.max(state.last_at ?? at, at);
  }
  state.session ??= textOf(line.sessionId);
  state.origin ??= textOf(line.uuid);
  const cwd = textOf(line.cwd, 4096);
  state.cwd ??= cwd;
  state.cwd_now = cwd === state.cwd ? null : (cwd ?? state.cwd_now);
  state.branch = textOf(line.gitBranch) ?? state.branch;
  state.version = textOf(line.version, 64) ?? state.version;
  return at ?? state.last_at;
}

function takeUsage(
  state: ClaudeState,
  from: Pick<AssistantLine, 'line' | 'message'> & { at: number | null },
  findings: Findings,
): void {
  const { line, message, at } = from;
  const usage = objectOf(message.usage);
  if (usage === null) return;
  if (state.session === null || at === null)
    return findings.warning('a response without a session or a time is not counted');
  const response = responseOf({ line, message, usage, session: state.session, at }, state, findings);
  const context = contextOf(response);
  if (context + response.output + response.web_searches === 0) return findings.dropped('zero');
  if (!isAside(state, line)) {
    state.model = response.model ?? state.model;
    state.context_tokens = context;
  }
  const repeats = state.open?.key === response.key;
  if (repeats && response.output <= (state.open?.output ?? 0)) return findings.dropped('repeat');
  state.open = { key: response.key, output: response.output };
  findings.response(response);
}

function takeError(state: ClaudeState, line: Line, at: number | null, findings: Findings): void {
  const status = line.apiErrorStatus;
  const http = typeof status === 'number' && Number.isInteger(status) && status >= 100 && status <= 599 ? status : null;
  const word = textOf(line.error, 64);
  const code = word !== null && /^[\w.-]+$/u.test(word) ? word : http === null ? 'unknown' : `http_${http}`;
  state.errors++;
  if (at === null) return;
  if (!isAside(state, line)) {
    state.error = { at, code };
    state.pending = [];
    setTail(state, 'end', at);
  }
  if (state.session === null) return;
  const resets_at = isoTimeOf(objectOf(line.quotaLimits)?.resetsAt);
  findings.error({ session: state.session, at, code, http_status: http, resets_at });
}

/** Subagents of old versions wrote into the file of their session: what they say is not its conversation. */
function isAside(state: ClaudeState, line: Line): boolean {
  return line.isSidechain === true && !state.subagent;
}

function blocksOf(message: Line): Line[] {
  if (!Array.isArray(message.content)) return [];
  return message.content.map(objectOf).filter((block) => block !== null);
}

function setTail(state: ClaudeState, kind: Tail['kind'], at: number | null): void {
  if (at !== null) state.tail = { kind, at };
}
