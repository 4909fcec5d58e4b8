import {
  type Agent,
  type AgentWarning,
  JSON_DEPTH,
  type OfficeReading,
  STATE_LIMIT_BYTES,
  type TruncatedState,
} from '../protocol/index.js';

const TOO_DEEP = `nested deeper than ${JSON_DEPTH.held} levels`;

/**
 * The agent as events and the snapshot may carry it: a state above STATE_LIMIT_BYTES, or one too deep to be sent at
 * all (its size is then not counted: 0 bytes), gives way to its mark.
 */
export function boundAgent(agent: Agent): Agent {
  const warnings: AgentWarning[] = [];
  const state = boundState(agent.state, warnings);
  const current_tasks = isShallow(agent.current_tasks) ? agent.current_tasks : [];
  if (current_tasks !== agent.current_tasks) warnings.push(tooDeep('current_tasks'));
  if (state === agent.state && warnings.length === 0) return agent;
  return { ...agent, state, current_tasks, warnings: [...agent.warnings, ...warnings] };
}

/** An office too deep to be sent is a refused one. */
export function boundOffice(reading: OfficeReading): OfficeReading {
  if ('refused' in reading || isShallow(reading.office)) return reading;
  return { refused: { place: null, reason: TOO_DEEP } };
}

function boundState(state: unknown, warnings: AgentWarning[]): unknown {
  if (!isShallow(state)) {
    warnings.push(tooDeep(null));
    return truncated(0);
  }
  const bytes = jsonBytes(state);
  return bytes > STATE_LIMIT_BYTES ? truncated(bytes) : state;
}

/** True when a JSON value is nested at most so many levels deep. */
function isShallow(value: unknown, levels: number = JSON_DEPTH.held): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  return Object.values(value).every((item) => isShallow(item, levels - 1));
}

function jsonBytes(value: unknown): number {
  const text = JSON.stringify(value ?? null);
  // A UTF-16 unit takes at most three bytes, so most states need no counting.
  return text.length * 3 <= STATE_LIMIT_BYTES ? text.length : new TextEncoder().encode(text).length;
}

function truncated(bytes: number): TruncatedState {
  return { $truncated: true, bytes };
}

function tooDeep(place: string | null): AgentWarning {
  return { file: 'state.json', place, reason: TOO_DEEP };
}
