import { monotonicNow } from '../../base/index.js';
import { ALERT_SEVERITIES, type AlertSeverity, cutText, type Notification } from '../../protocol/index.js';
import type { Entry, Round } from './engine.js';

/** Alerts of one rule that come within so long of each other are one message: agents fail for one reason one after the other. */
const GROUP_MS = 1000;
/** By then the message is sent, whatever else comes. */
const GROUP_MOST_MS = 5000;
/** Agents and ids that a message names; of more it says how many. */
const NAMED = 20;
const IN_TEXT = 3;

export interface NotifierOptions {
  newId: () => string;
  /** Puts a notification onto the stream. */
  publish: (notification: Notification) => void;
  /** That notification announces these. */
  onNotified: (entries: readonly Entry[], notification: string) => void;
}

/** Makes one notification of all that a rule has to say within a moment. */
export interface Notifier {
  take(changes: Round['changes']): void;
  /** Sends what waits. */
  stop(): void;
}

interface Group {
  title: string;
  isOver: boolean;
  entries: Set<Entry>;
  timer: NodeJS.Timeout | undefined;
  /** When it is sent at the latest, monotonic. */
  until: number;
}

export function createNotifier({ newId, publish, onNotified }: NotifierOptions): Notifier {
  const groups = new Map<string, Group>();
  const send = (key: string) => {
    const group = groups.get(key);
    if (!group) return;
    clearTimeout(group.timer);
    groups.delete(key);
    // An alert that was over before it was sent is not worth a message.
    const entries = [...group.entries].filter(({ alert }) => group.isOver || alert.state === 'firing');
    if (entries.length === 0) return;
    const notification = notificationOf(newId(), { ...group, entries });
    publish(notification);
    onNotified(entries, notification.id);
  };
  return {
    take(changes) {
      for (const { kind, tell: isToSend, title, entry } of changes) {
        const isOver = kind === 'resolved';
        if (!isToSend || (isOver && entry.notification === null)) continue;
        const key = `${isOver}\0${entry.alert.rule}`;
        const until = monotonicNow() + GROUP_MOST_MS;
        const group = groups.get(key) ?? { title, isOver, entries: new Set(), timer: undefined, until };
        group.entries.add(entry);
        groups.set(key, group);
        clearTimeout(group.timer);
        group.timer = timerFor(() => send(key), Math.min(GROUP_MS, Math.max(0, group.until - monotonicNow())));
      }
    },
    stop() {
      for (const key of groups.keys()) send(key);
    },
  };
}

function timerFor(work: () => void, ms: number): NodeJS.Timeout {
  const timer = setTimeout(work, ms);
  timer.unref();
  return timer;
}

function notificationOf(id: string, { title, isOver, entries }: { title: string; isOver: boolean; entries: Entry[] }) {
  const alerts = entries.map(({ alert }) => alert);
  const agents = alerts.flatMap(({ agent }) => agent ?? []);
  const severity = loudest(alerts.map((alert) => alert.severity));
  const [first] = alerts;
  const one = alerts.length === 1 ? first : undefined;
  const rest = agents.length - IN_TEXT;
  const named = agents.slice(0, IN_TEXT).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
  const many = agents.length === alerts.length ? `${agents.length} agents: ${named}` : `${alerts.length} alerts`;
  const message = one
    ? `${one.summary} (${one.evidence})`
    : `${many}; the first: ${first?.summary ?? ''} (${first?.evidence ?? ''})`;
  return {
    id,
    title: isOver ? `Over: ${title}` : title,
    message: cutText(message, 2000),
    level: isOver ? ('success' as const) : severity,
    ...(one?.agent ? { agent: one.agent } : {}),
    data: {
      alert: {
        rule: first?.rule ?? '',
        state: isOver ? 'resolved' : 'firing',
        severity,
        count: alerts.length,
        ids: alerts.slice(0, NAMED).map((alert) => alert.id),
        agents: agents.slice(0, NAMED),
      },
    },
  };
}

function loudest(severities: readonly AlertSeverity[]): AlertSeverity {
  return ALERT_SEVERITIES.findLast((severity) => severities.includes(severity)) ?? 'info';
}
