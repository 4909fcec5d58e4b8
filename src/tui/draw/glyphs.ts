import type { AgentStatus, NotificationLevel, TaskStatus } from '../../protocol/index.js';
import { agentSign, levelSign, type Sign, taskSign } from '../../view/index.js';
import type { Span } from './lines.js';
import type { Tone } from './theme.js';

/** A sign as a piece of a line. */
export function signSpan({ glyph, tone }: Sign): Span {
  return [tone, glyph];
}

/** The glyph of an agent's status, in its tone. */
export function agentGlyph(status: AgentStatus): Span {
  return signSpan(agentSign(status));
}

/** The tone of an agent's status. */
export function agentTone(status: AgentStatus): Tone {
  return agentSign(status).tone;
}

/** The glyph of a task's status, in its tone. */
export function taskGlyph(status: TaskStatus): Span {
  return signSpan(taskSign(status));
}

/** The glyph of a notification's level, in its tone. */
export function levelGlyph(level: NotificationLevel): Span {
  return signSpan(levelSign(level));
}
