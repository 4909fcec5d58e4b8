import {
  type AgentRow,
  type AgentsSummary,
  type Alert,
  type Backup,
  countTasks,
  isoOf,
  lastBackupAt,
  type HealthAnswer,
  type KeptNotification,
  type Office,
  type PeerRow,
  type Position,
  type Task,
} from '../../protocol/index.js';
import { agentsTable } from './agents.js';
import {
  counted,
  exactAgo,
  fullFigure,
  levelSign,
  needsOf,
  TROUBLE_FIRST,
  unseenAlerts,
  unwellServices,
  waitingVersion,
} from '../../view/index.js';
import { cleanText } from '../clean.js';
import { agentColour, agentGlyph, colourOf, glyphOf } from './glyphs.js';
import type { Server } from '../reach/reach.js';
import { askAlerts } from '../reach/alerts.js';
import { isSlow } from '../reach/slow.js';
import { paint, type Terminal } from './terminal.js';
import { shownTime } from './times.js';
import { flow, pad, truncate, widthOf } from './width.js';

/** One snapshot of everything, as `mc status --json` prints it. What is not known yet is null. */
export interface Status {
  server: {
    url: string;
    version: string;
    /** The version that is installed where it runs; null: not known. */
    installed_version: string | null;
    uptime: number;
    workspace: string;
    peers: PeerRow[];
  };
  position: Position;
  summary: AgentsSummary;
  agents: AgentRow[];
  tasks: Task[];
  office: Office | null;
  notifications: KeptNotification[];
  /** Those that fire and those that are about to, loudest first; null: this server watches for none. */
  alerts: Alert[] | null;
  backups: Backup[];
  /** The services as the server has them; `score` is 0 to 1. */
  health: Pick<HealthAnswer, 'status' | 'services' | 'sources'> & { score: number | null };
}

/** Asks a server for all of it. */
export async function collectStatus({ rest, url }: Server): Promise<Status> {
  const [health, agents, tasks, system, notifications, stream, backups, alerts] = await Promise.all([
    rest.health(),
    rest.agents(),
    rest.tasks(),
    rest.systemStatus(),
    rest.notifications(),
    rest.websocketStatus(),
    rest.backups(),
    askAlerts(rest),
  ]);
  const score = system.metrics.system?.system_health_score;
  return {
    server: {
      url,
      version: health.version,
      installed_version: health.installed_version ?? null,
      uptime: health.uptime,
      workspace: health.workspace,
      peers: stream.peers,
    },
    position: { epoch: stream.epoch, seq: stream.seq },
    summary: agents.summary,
    agents: agents.agents,
    tasks: tasks.tasks,
    office: system.office,
    notifications: notifications.notifications,
    alerts,
    backups: backups.backups,
    health: {
      status: health.status,
      services: health.services,
      ...(health.sources === undefined ? {} : { sources: health.sources }),
      score: typeof score === 'number' ? score : null,
    },
  };
}

/** Header, counts and the table of agents. `now`: milliseconds since the epoch. */
export function statusText(status: Status, terminal: Terminal, now: number): string {
  const { server, health } = status;
  const name = cleanText(server.workspace.split('/').at(-1) ?? server.workspace);
  const sound = health.status === 'healthy' ? health.status : paint(terminal, 'yellow', health.status);
  const title = paint(terminal, 'bold', `mc · ${name}`);
  return [
    ...flow([title, server.url, sound, `health ${fullFigure(health.score)}`, backupText(status, now)], terminal.width),
    ...unwell(status, terminal),
    ...updateText(status, terminal),
    ...flow([...countsOf(status, terminal), tasksText(status.tasks)], terminal.width),
    ...flow(clientsText(status, terminal), terminal.width),
    ...needsText(status, terminal, now),
    '',
    status.agents.length > 0
      ? agentsTable(status.agents, terminal, now)
      : 'no agents yet: each directory of mission-control/agents is one',
  ].join('\n');
}

/** One line for a tmux or shell prompt: only who works and who is in trouble. `now`: milliseconds since the epoch. */
export function statusLine(status: Status, terminal: Terminal, now: number): string {
  const { counts } = status.summary;
  const some = (['active', 'busy', 'stale', 'waiting', 'error'] as const).filter((word) => counts[word] > 0);
  // The sign is that of the first word: with nobody active it must not say that somebody is.
  const shown = some.length > 0 ? some : (['active'] as const);
  const parts = shown.map((word, index) => {
    const text = `${counts[word]} ${word}`;
    const colour = agentColour(word);
    const sign = agentGlyph(counts[word] > 0 ? word : 'idle', terminal);
    return `${index === 0 ? `${sign} ` : ''}${colour ? paint(terminal, colour, text) : text}`;
  });
  return [
    parts.join(' '),
    ...alertsText(status, terminal),
    `health ${fullFigure(status.health.score)}`,
    backupText(status, now),
  ].join(' | ');
}

/** Whether an agent or an alert needs a person, or the server itself is not healthy: what `--exit-code` reports. */
export function needsPerson({ agents, alerts, health }: Status, now: number): boolean {
  return health.status !== 'healthy' || needsOf(agents, alerts ?? [], now).length > 0;
}

/** How many alerts fire that nobody has seen to, with the sign of the loudest; nothing when none does. */
function alertsText({ alerts }: Status, terminal: Terminal): string[] {
  const unseen = unseenAlerts(alerts ?? []);
  const [loudest] = unseen;
  if (loudest === undefined) return [];
  const sign = levelSign(loudest.severity);
  const text = `${glyphOf(sign, terminal)} ${counted(unseen.length, 'alert')}`;
  const colour = colourOf(sign.tone);
  return [colour ? paint(terminal, colour, text) : text];
}

/**
 * What a prompt shows when there is nobody to ask: since when (milliseconds since the epoch; null: not known), and what to
 * type when it is the server of this machine.
 */
export function noServerLine(
  terminal: Terminal,
  down: { since: number | null; isHere: boolean } | null = null,
): string {
  const since = down?.since ?? null;
  const what = since === null ? 'no server' : `down since ${shownTime(new Date(since).toISOString(), terminal)}`;
  return `${agentGlyph('error', terminal)} ${what}${down?.isHere ? ': mc start' : ''}`;
}

/** How old what the newest full backup holds is. */
function backupText({ backups }: Status, now: number): string {
  const at = lastBackupAt(backups, now);
  return `backup ${exactAgo(at === null ? null : isoOf(at), now)}`;
}

function countsOf({ summary, agents }: Status, terminal: Terminal): string[] {
  const parts = TROUBLE_FIRST.filter((word) => summary.counts[word] > 0).map((word) => {
    const text = `${agentGlyph(word, terminal)} ${summary.counts[word]} ${word}`;
    const colour = agentColour(word);
    return colour ? paint(terminal, colour, text) : text;
  });
  return [counted(agents.length, 'agent'), ...parts];
}

function tasksText(tasks: readonly Task[]): string {
  const counts = countTasks(tasks);
  return `· ${counted(tasks.length, 'task')}, ${counts.pending} pending, ${counts.in_progress} in progress`;
}

/** Who listens, and which of them read too slowly. */
function clientsText({ server: { peers } }: Status, terminal: Terminal): string[] {
  const slow = peers.filter(isSlow).length;
  const clients = counted(peers.length, 'client');
  return slow === 0 ? [clients] : [clients, paint(terminal, 'yellow', `${slow} slow`)];
}

/** Who needs a person and why, so many of them. */
const NEEDS_SHOWN = 5;

function needsText({ agents, alerts }: Status, terminal: Terminal, now: number): string[] {
  const needs = needsOf(agents, alerts ?? [], now);
  if (needs.length === 0) return [];
  const shown = needs.slice(0, NEEDS_SHOWN);
  const width = Math.min(20, Math.max(...shown.map(({ who }) => widthOf(cleanText(who)))));
  const lines = shown.map(({ sign, who, mark, why }) => {
    const name = pad(truncate(cleanText(who), width), width);
    const before = mark === null ? '' : `${glyphOf(mark, terminal)} `;
    const line = `  ${glyphOf(sign, terminal)} ${name}  ${before}${cleanText(why)}`;
    return paint(terminal, colourOf(sign.tone) ?? 'yellow', truncate(line, terminal.width));
  });
  const more = needs.length - shown.length;
  return [`needs a person: ${needs.length}`, ...lines, ...(more > 0 ? [`  and ${more} more`] : [])];
}

/** That another version was installed where the server runs. */
function updateText({ server }: Status, terminal: Terminal): string[] {
  const waiting = waitingVersion(server);
  if (waiting === null) return [];
  const text = `the server runs ${server.version}, and ${waiting} was installed there since: mc restart`;
  return [paint(terminal, 'yellow', cleanText(text))];
}

function unwell({ health }: Status, terminal: Terminal): string[] {
  return unwellServices(health).map(({ service, state }) =>
    paint(terminal, 'yellow', `${service}: ${cleanText(state)}`),
  );
}
