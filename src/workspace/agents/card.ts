import { WARNINGS_COUNTED, type Warn } from './files.js';
import type { FoundFile } from '../text/read-bytes.js';
import { type CounterSource, numberIn } from './counters.js';
import { clip } from '../../protocol/index.js';
import { isObject, kindOf, parseTolerantJson } from '../text/json.js';
import { filled, hasPlaceholder } from '../text/markdown.js';
import { type Sign, fieldSigns } from './signs.js';
import { type StatusWord, statusWord } from './status.js';

/** What agent.json says of an agent. */
export interface AgentCard {
  displayName: string | null;
  role: string | null;
  emoji: string | null;
  status: StatusWord | null;
  /** Seconds. */
  heartbeatInterval: number | null;
  counters: CounterSource[];
  signs: Sign[];
}

/** The card of an agent that has none. */
export const NO_CARD: AgentCard = {
  displayName: null,
  role: null,
  emoji: null,
  status: null,
  heartbeatInterval: null,
  counters: [],
  signs: [],
};

/** Reads an agent.json. One whose id or name is still a placeholder is a template: nothing in it is believed. */
export function readAgentCard(file: FoundFile, warn: Warn): AgentCard {
  const parsed = file.json ?? parseTolerantJson(file.bytes);
  if (!parsed.ok) {
    warn(parsed.place, parsed.reason);
    return NO_CARD;
  }
  for (const note of parsed.notes) warn(note.place, note.reason);
  const card = parsed.value;
  if (!isObject(card)) {
    warn(null, `expected an object, found ${kindOf(card)}`);
    return NO_CARD;
  }
  return isTemplate(card, warn) ? NO_CARD : readFields(card, file.mtimeMs, warn);
}

function isTemplate(card: Record<string, unknown>, warn: Warn): boolean {
  const template = isHole(card.id) || isHole(card.name);
  let counted = 0;
  for (const name of Object.keys(card)) {
    const value = card[name];
    if (!isHole(value)) continue;
    warn(name, `${template ? 'an unfilled template' : 'a placeholder'}: ${clip(value, 60)}`);
    counted += 1;
    if (counted === (template ? 1 : WARNINGS_COUNTED)) break;
  }
  return template;
}

function isHole(value: unknown): value is string {
  return typeof value === 'string' && hasPlaceholder(value);
}

function readFields(card: Record<string, unknown>, mtimeMs: number, warn: Warn): AgentCard {
  const metrics = objectIn(card, 'metrics', warn);
  const config = objectIn(card, 'config', warn);
  const interval = numberIn(config.heartbeat_interval);
  return {
    displayName: textIn(card, 'displayName', warn) ?? textIn(card, 'display_name', warn),
    role: textIn(card, 'role', warn),
    emoji: textIn(card, 'emoji', warn),
    status: statusWord(card, 'agent.json', mtimeMs, warn),
    heartbeatInterval: interval !== null && interval > 0 && Number.isFinite(interval) ? interval : null,
    counters: [{ fields: metrics, prefix: 'metrics.', strict: true, warn }],
    signs: fieldSigns(metrics, 'metrics.', warn),
  };
}

function textIn(card: Record<string, unknown>, name: string, warn: Warn): string | null {
  const value = card[name];
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') {
    const text = filled(value);
    return text === null ? null : clip(text);
  }
  warn(name, `expected a text, found ${kindOf(value)}`);
  return null;
}

function objectIn(card: Record<string, unknown>, name: string, warn: Warn): Record<string, unknown> {
  const value = card[name];
  if (isObject(value)) return value;
  if (value !== undefined && value !== null) warn(name, `expected an object, found ${kindOf(value)}`);
  return {};
}
