import type { Findings, Response } from '../facts.js';
import { objectOf, picoOf, textOf, tokensOf } from '../values.js';
import type { ClaudeState } from './state.js';

/** So many responses without a request's id are remembered: the lines of one stand close together. */
const REQUESTLESS = 32;
/** Tiers that have another price. */
const TIERS = new Set(['batch', 'flex', 'priority']);

/** The line of an assistant, taken apart. */
export interface AssistantLine {
  line: Record<string, unknown>;
  message: Record<string, unknown>;
  usage: Record<string, unknown>;
  session: string;
  at: number;
}

type Counts = Pick<Response, 'input' | 'output' | 'cache_read' | 'cache_write_5m' | 'cache_write_1h' | 'web_searches'>;

/**
 * The response that a line is of. It is written as one line per block of content, and each line repeats its usage, the first ones
 * often with a placeholder for the output: whoever takes them keeps the one with the most output for each key.
 */
export function responseOf(from: AssistantLine, state: ClaudeState, findings: Findings): Response {
  const { line, message, usage } = from;
  const counts = countsOf(usage, (field) => findings.warning(`${field} is not a number of tokens: taken as 0`));
  const model = textOf(message.model);
  const id = textOf(message.id);
  const request = textOf(line.requestId);
  const tier = textOf(usage.service_tier);
  return {
    key: keyOf(from, counts, state),
    // An aside replays what its parent was answered, under a request of its own.
    alias: id !== null && request !== null ? id : null,
    replica: line.isSidechain === true,
    session: from.session,
    at: from.at,
    model,
    // Gateways lend the form of these records to models of others.
    provider: model !== null && /(?:^|[./])claude/u.test(model) ? 'anthropic' : null,
    ...counts,
    reasoning: 0,
    tier: usage.speed === 'fast' ? 'fast' : tier !== null && TIERS.has(tier) ? tier : 'standard',
    region: usage.inference_geo === 'us' ? 'us' : null,
    reported_pico: picoOf(line.costUSD),
  };
}

function countsOf(usage: Record<string, unknown>, bad: (field: string) => void): Counts {
  const read = (from: Record<string, unknown> | null, field: string) => tokensOf(from?.[field], () => bad(field));
  const split = objectOf(usage.cache_creation);
  const written = read(usage, 'cache_creation_input_tokens');
  const hour = read(split, 'ephemeral_1h_input_tokens');
  return {
    input: read(usage, 'input_tokens'),
    output: read(usage, 'output_tokens'),
    cache_read: read(usage, 'cache_read_input_tokens'),
    // What no split says is for five minutes.
    cache_write_5m: Math.max(read(split, 'ephemeral_5m_input_tokens'), written - hour),
    cache_write_1h: hour,
    web_searches: read(objectOf(usage.server_tool_use), 'web_search_requests'),
  };
}

/** What makes a response one, in whatever file it is copied to. */
function keyOf({ line, message, session, at }: AssistantLine, counts: Counts, state: ClaudeState): string {
  const id = textOf(message.id);
  const request = textOf(line.requestId);
  if (id !== null && request !== null) return `${id}:${request}`;
  const given = [counts.input, counts.cache_read, counts.cache_write_5m + counts.cache_write_1h].join(':');
  // Without a uuid, only the line itself tells what it is.
  const uuid = textOf(line.uuid) ?? `${session}:${at}:${given}:${counts.output}`;
  if (id === null) return uuid;
  const of = `${id}:${given}`;
  const known = state.requestless.find((each) => each.of === of);
  if (known !== undefined) return `${id}:${known.uuid}`;
  state.requestless = [...state.requestless, { of, uuid }].slice(-REQUESTLESS);
  return `${id}:${uuid}`;
}

/** Tokens that a response had in its context: what it was given, in whatever way. */
export function contextOf(response: Response): number {
  return response.input + response.cache_read + response.cache_write_5m + response.cache_write_1h;
}
