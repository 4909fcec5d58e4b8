import type { AgentStatus, NotificationLevel, TaskStatus } from '../../protocol/index.js';
import type { Span } from './lines.js';
import type { Tone } from './theme.js';

/** Loudest trouble first. */
export const TROUBLE_FIRST: readonly AgentStatus[] = ['error', 'stale', 'busy', 'active', 'idle', 'offline', 'unknown'];

const AGENT: Record<AgentStatus, [string, Tone]> = {
  active: ['●', 'good'],
  busy: ['◐', 'accent'],
  idle: ['○', 'plain'],
  error: ['✕', 'bad'],
  stale: ['◌', 'warn'],
  offline: ['⏻', 'dim'],
  unknown: ['·', 'dim'],
};

const TASK: Record<TaskStatus, [string, Tone]> = {
  pending: ['○', 'plain'],
  in_progress: ['◐', 'accent'],
  completed: ['✓', 'good'],
  failed: ['✕', 'bad'],
  blocked: ['⊘', 'warn'],
  delegated: ['→', 'dim'],
};

const LEVEL: Record<NotificationLevel, [string, Tone]> = {
  info: ['·', 'plain'],
  success: ['✓', 'good'],
  warning: ['▲', 'warn'],
  error: ['✕', 'bad'],
  critical: ['✕', 'bad'],
};

/** The glyph of an agent's status, in its tone. */
export function agentGlyph(status: AgentStatus): Span {
  const [glyph, tone] = AGENT[status] ?? ['·', 'dim'];
  return [tone, glyph];
}

/** The tone of an agent's status. */
export function agentTone(status: AgentStatus): Tone {
  return AGENT[status]?.[1] ?? 'dim';
}

/** The glyph of a task's status, in its tone. */
export function taskGlyph(status: TaskStatus): Span {
  const [glyph, tone] = TASK[status] ?? ['·', 'dim'];
  return [tone, glyph];
}

/** The glyph of a notification's level, in its tone. */
export function levelGlyph(level: NotificationLevel): Span {
  const [glyph, tone] = LEVEL[level] ?? ['·', 'plain'];
  return [tone, glyph];
}

/** Words of a status as people read them. */
export function words(status: string): string {
  return status.replaceAll('_', ' ');
}
