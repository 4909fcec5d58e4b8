import {
  type Agent,
  type Alert,
  type HealthAnswer,
  type KeptNotification,
  type Live,
  waitsForAnswer,
  WORKSPACE_SOURCE,
} from '../protocol/index.js';
import { statusSentence } from './agents.js';
import { alertSentence, unseenAlerts } from './alerts.js';
import { agentSign, levelSign, type Sign, SIGNS } from './signs.js';
import { byTrouble } from './sort.js';

type Watched = Pick<Agent, 'id' | 'normalized_status' | 'since' | 'evidence' | 'warnings'> & {
  /** Servers of before do not say. */
  waiting_for?: string | null;
  live?: Live | null;
};

/** One thing that needs a person. */
export interface Need {
  /** Of the agent's status, or of the alert's severity. */
  sign: Sign;
  /** The agent it is about; the rule, where it is about none. */
  who: string;
  /** The sign of a warning where files cannot be used, which `why` then begins with; else null. */
  mark: Sign | null;
  /** `state.json: not JSON · error since 03:10 (58m) · evidence: …` */
  why: string;
}

/**
 * Everything that needs a person, in one list: the alerts that fire and that nobody has seen to, then the agents in need, each
 * loudest first. An agent of which such an alert says what its status says is not listed again. `now`: milliseconds since the
 * epoch; `zone` as in `clockTime`.
 */
export function needsOf(agents: Iterable<Watched>, alerts: Iterable<Alert>, now: number, zone?: string): Need[] {
  const unseen = unseenAlerts(alerts);
  const alerted = new Set(unseen.map(({ rule, agent }) => `${rule} ${agent}`));
  // The rules about a status are called after it.
  const isAlerted = ({ id, normalized_status: status, warnings }: Watched) =>
    warnings.length === 0 && alerted.has(`agent_${status} ${id}`);
  const inNeed = [...agents].filter((agent) => needsPerson(agent) && !isAlerted(agent)).sort(byTrouble);
  return [...unseen.map((alert) => alertNeed(alert, now, zone)), ...inNeed.map((agent) => agentNeed(agent, now, zone))];
}

/**
 * True for an agent in trouble, by its own word (`error`), by its silence (`stale`), or by files that cannot be used; and for
 * one that waits for a person.
 */
function needsPerson(agent: Watched): boolean {
  const { normalized_status: status, warnings } = agent;
  return status === 'error' || waitsForAnswer(agent) || status === 'stale' || warnings.length > 0;
}

function alertNeed(alert: Alert, now: number, zone?: string): Need {
  const who = alert.agent ?? alert.rule;
  return { sign: levelSign(alert.severity), who, mark: null, why: alertSentence(alert, now, zone) };
}

function agentNeed(agent: Watched, now: number, zone?: string): Need {
  const { id: who, normalized_status: status, warnings } = agent;
  const [warning] = warnings;
  const why = [
    ...(warning === undefined ? [] : [`${warning.file}: ${warning.reason}`]),
    ...(status === 'waiting' && agent.waiting_for ? [agent.waiting_for] : []),
    statusSentence(agent, now, zone),
  ];
  return { sign: agentSign(status), who, mark: warning === undefined ? null : SIGNS.warning, why: why.join(' · ') };
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

/** What of a server is not well, services and sources of agents, each with what the server says of it. */
export function unwellServices({
  services,
  sources = {},
}: Pick<HealthAnswer, 'services' | 'sources'>): { service: string; state: string }[] {
  // The workspace is the service `watcher`, which has been named.
  const others = Object.entries(sources).filter(([name]) => name !== WORKSPACE_SOURCE);
  return [...Object.entries(services), ...others.map(([name, { state }]) => [`source ${name}`, state] as const)]
    .filter(([, state]) => state !== 'available' && state !== 'running')
    .map(([service, state]) => ({ service, state }));
}
