import type { Agent, KeptNotification } from '../protocol/index.js';
import { statusSentence } from './agents.js';
import { type Sign, SIGNS } from './signs.js';
import { byTrouble } from './sort.js';

type Watched = Pick<Agent, 'id' | 'normalized_status' | 'since' | 'evidence' | 'warnings'> & {
  /** Servers of before do not say. */
  waiting_for?: string | null;
};

/** Why an agent needs a person. */
export interface Need {
  /** The sign of a warning where files cannot be used, which `why` then begins with; else null. */
  sign: Sign | null;
  /** `state.json: not JSON · error since 03:10 (58m) · evidence: …` */
  why: string;
}

/**
 * True for an agent in trouble, by its own word (`error`), by its silence (`stale`), or by files that cannot be used; and for
 * one that waits for a person.
 */
function needsPerson({ normalized_status: status, warnings }: Watched): boolean {
  return status === 'error' || status === 'waiting' || status === 'stale' || warnings.length > 0;
}

/** The agents that need a person, loudest trouble first. */
export function agentsInNeed<A extends Watched>(agents: Iterable<A>): A[] {
  return [...agents].filter(needsPerson).sort(byTrouble);
}

/** Why one of them needs a person. `now`: milliseconds since the epoch; `zone` as in `clockTime`. */
export function needOf(agent: Watched, now: number, zone?: string): Need {
  const [warning] = agent.warnings;
  const sentence = statusSentence(agent, now, zone);
  const reason = agent.normalized_status === 'waiting' ? (agent.waiting_for ?? '') : '';
  const status = reason === '' ? sentence : `${reason} · ${sentence}`;
  if (warning === undefined) return { sign: null, why: status };
  return { sign: SIGNS.warning, why: `${warning.file}: ${warning.reason} · ${status}` };
}

/** True for a notification that nobody has acknowledged. */
export function isUnread({ acknowledged_at: at }: Pick<KeptNotification, 'acknowledged_at'>): boolean {
  return at === null;
}

/** True for a notification that a person should look at: not acknowledged, and a warning or worse. */
export function isUrgent(notification: Pick<KeptNotification, 'acknowledged_at' | 'level'>): boolean {
  const { level } = notification;
  return isUnread(notification) && (level === 'warning' || level === 'error' || level === 'critical');
}

/** The services of a server that are not well, each with what the server says of it. */
export function unwellServices(services: Readonly<Record<string, string>>): { service: string; state: string }[] {
  return Object.entries(services)
    .filter(([, state]) => state !== 'available' && state !== 'running')
    .map(([service, state]) => ({ service, state }));
}
