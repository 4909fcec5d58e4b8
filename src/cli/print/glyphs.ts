import type { AgentStatus, TaskStatus } from '../../protocol/index.js';
import type { Colour, Terminal } from './terminal.js';

const AGENT: Record<AgentStatus, [string, string]> = {
  active: ['●', '*'],
  busy: ['◐', 'o'],
  idle: ['○', '-'],
  error: ['✕', 'x'],
  stale: ['◌', '~'],
  offline: ['⏻', '.'],
  unknown: ['·', '?'],
};

const TASK: Record<TaskStatus, [string, string]> = {
  pending: ['○', '-'],
  in_progress: ['◐', 'o'],
  completed: ['✓', '+'],
  failed: ['✕', 'x'],
  blocked: ['⊘', '!'],
  delegated: ['→', '>'],
};

/** Loudest trouble first: the order in which agents are listed. */
export const TROUBLE_FIRST: readonly AgentStatus[] = ['error', 'stale', 'busy', 'active', 'idle', 'offline', 'unknown'];

/** The glyph of an agent's status; colour never stands alone. */
export function agentGlyph(status: AgentStatus, terminal: Terminal): string {
  return AGENT[status][terminal.unicode ? 0 : 1];
}

/** Only trouble is in a loud colour. */
export function agentColour(status: AgentStatus): Colour | null {
  if (status === 'error') return 'red';
  if (status === 'stale') return 'yellow';
  return status === 'offline' || status === 'unknown' ? 'dim' : null;
}

/** The glyph of a task's status. */
export function taskGlyph(status: TaskStatus, terminal: Terminal): string {
  return TASK[status][terminal.unicode ? 0 : 1];
}

/** The colour of a task's status. */
export function taskColour(status: TaskStatus): Colour | null {
  if (status === 'failed') return 'red';
  if (status === 'blocked') return 'yellow';
  return status === 'completed' || status === 'delegated' ? 'dim' : null;
}

/** The sign that warnings carry. */
export function warningSign(terminal: Terminal): string {
  return terminal.unicode ? '⚠' : '!';
}
