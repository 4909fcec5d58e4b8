import type { AgentStatus, LiveStatus, NotificationLevel, TaskStatus } from '../protocol/index.js';

/** How loud something is; each face has its own colours for it. */
export type Tone = 'plain' | 'good' | 'accent' | 'warn' | 'bad' | 'dim';

/** A sign of one column. Colour never stands alone: the glyph says the same as its tone. */
export interface Sign {
  glyph: string;
  /** What stands for it where only ASCII can be shown. */
  ascii: string;
  tone: Tone;
}

const sign = (glyph: string, ascii: string, tone: Tone): Sign => ({ glyph, ascii, tone });

const AGENT: Record<AgentStatus, Sign> = {
  active: sign('●', '*', 'good'),
  busy: sign('◐', 'o', 'accent'),
  idle: sign('○', '-', 'plain'),
  error: sign('✕', 'x', 'bad'),
  waiting: sign('?', '?', 'warn'),
  stale: sign('◌', '~', 'warn'),
  offline: sign('⏻', '.', 'dim'),
  unknown: sign('·', '_', 'dim'),
};

const TASK: Record<TaskStatus, Sign> = {
  pending: sign('○', '-', 'plain'),
  in_progress: sign('◐', 'o', 'accent'),
  completed: sign('✓', '+', 'good'),
  failed: sign('✕', 'x', 'bad'),
  blocked: sign('⊘', '!', 'warn'),
  delegated: sign('→', '>', 'dim'),
};

const LEVEL: Record<NotificationLevel, Sign> = {
  info: sign('·', '.', 'plain'),
  success: sign('✓', '+', 'good'),
  warning: sign('▲', '!', 'warn'),
  error: sign('✕', 'x', 'bad'),
  critical: sign('✕', 'x', 'bad'),
};

/** Signs of what happened. */
export const SIGNS = {
  /** Something happened that nobody has to look at. */
  quiet: sign('·', '.', 'dim'),
  happened: sign('·', '.', 'plain'),
  seen: sign('✓', '+', 'dim'),
  done: sign('✓', '+', 'good'),
  failed: sign('✕', 'x', 'bad'),
  /** Something of an agent's files that could not be used. */
  warning: sign('⚠', '!', 'warn'),
} as const;

/** The sign of an agent's status. A server of another version may send a status that nobody here knows. */
export function agentSign(status: AgentStatus): Sign {
  return Object.hasOwn(AGENT, status) ? AGENT[status] : AGENT.unknown;
}

const LIVE: Record<LiveStatus, Sign> = {
  working: AGENT.busy,
  waiting: AGENT.waiting,
  idle: AGENT.idle,
  error: AGENT.error,
  gone: AGENT.offline,
  unknown: AGENT.unknown,
};

/** The sign of what a session does: that of an agent which does it. */
export function liveSign(status: LiveStatus): Sign {
  return Object.hasOwn(LIVE, status) ? LIVE[status] : AGENT.unknown;
}

/** The sign of a task's status. */
export function taskSign(status: TaskStatus): Sign {
  return Object.hasOwn(TASK, status) ? TASK[status] : AGENT.unknown;
}

/** The sign of a notification's level. */
export function levelSign(level: NotificationLevel): Sign {
  return Object.hasOwn(LEVEL, level) ? LEVEL[level] : SIGNS.happened;
}

/** What stands for each glyph in ASCII, for a face that turns whole lines into ASCII. */
export const ASCII_OF: Readonly<Record<string, string>> = Object.fromEntries(
  [AGENT, TASK, LEVEL, SIGNS]
    .flatMap((signs) => Object.values(signs))
    // The dot is also a mark between words, which must not become a question.
    .map(({ glyph, ascii }) => [glyph, glyph === '·' ? '.' : ascii]),
);
