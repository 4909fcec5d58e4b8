import { McError } from '../../base/index.js';
import { type Alert, type AlertSilence, isoOf } from '../../protocol/index.js';
import type { AlertsDatabase, HistoryWanted } from '../contract.js';

/** An alert that is pending or fires, with what is known of it beside what everyone sees. */
export interface KeptAlert {
  alert: Alert;
  /** For how long its condition has held, in milliseconds. */
  heldMs: number;
  /** Whether people were told that it fires. */
  told: boolean;
  /** The notification that told them. */
  notification: string | null;
}

/** A silence with its times in milliseconds. */
export interface KeptSilence extends Omit<AlertSilence, 'created_at' | 'until'> {
  createdAt: number;
  until: number;
}

/** What an agent works on, in milliseconds since the epoch, and how long its last tasks took. */
export interface KeptWork {
  agent: string;
  task: string | null;
  since: number | null;
  durations: number[];
}

/** What is kept of alerts. Small: everything but the history is held in memory too. */
export interface AlertStore {
  readonly db: AlertsDatabase;
  current(): KeptAlert[];
  silences(): KeptSilence[];
  work(): KeptWork[];
  /** One transaction. */
  inOne(work: () => void): void;
  keep(alert: KeptAlert): void;
  forget(alert: Alert): void;
  /** Into the history. */
  end(alert: Alert): void;
  keepSilence(silence: KeptSilence): void;
  endSilence(id: string): void;
  keepWork(work: KeptWork): void;
  forgetWork(agent: string): void;
  /** Newest first. @throws McError `input.invalid` for a cursor that is none */
  history(wanted: HistoryWanted): { alerts: Alert[]; next_cursor: string | null };
  close(): void;
}

/** More alerts than these are forgotten, the oldest first. By number, not by age: a clock may be wrong. */
const HISTORY_KEPT = 10_000;
const PAGE = 100;

/** The statements over an open database. */
export function createStore(db: AlertsDatabase): AlertStore {
  const keep = db.prepare('INSERT OR REPLACE INTO current VALUES (?, ?, ?, ?, ?, ?)');
  const forget = db.prepare('DELETE FROM current WHERE rule = ? AND agent = ?');
  const end = db.prepare('INSERT INTO history (rule, agent, resolved_at, alert) VALUES (?, ?, ?, ?)');
  const trim = db.prepare('DELETE FROM history WHERE seq <= (SELECT max(seq) FROM history) - ?');
  const keepSilence = db.prepare('INSERT OR REPLACE INTO silences VALUES (?, ?, ?, ?, ?, ?)');
  const endSilence = db.prepare('DELETE FROM silences WHERE id = ?');
  const keepWork = db.prepare('INSERT OR REPLACE INTO work VALUES (?, ?, ?, ?)');
  const forgetWork = db.prepare('DELETE FROM work WHERE agent = ?');
  const one = db.transaction((work: () => void) => work());
  return {
    db,
    current: () =>
      (db.prepare('SELECT * FROM current').all() as CurrentRow[]).flatMap((row) => {
        const alert = alertIn(row.alert);
        if (alert === null) return [];
        return { alert, heldMs: row.held_ms, told: row.told === 1, notification: row.notification };
      }),
    silences: () =>
      (db.prepare('SELECT * FROM silences').all() as SilenceRow[]).map(({ created_at: createdAt, ...row }) => ({
        ...row,
        createdAt,
      })),
    work: () =>
      (db.prepare('SELECT * FROM work').all() as WorkRow[]).map((row) => ({
        ...row,
        durations: ((parsed(row.durations) ?? []) as unknown[]).filter((ms) => typeof ms === 'number'),
      })),
    inOne: (work) => one.immediate(work),
    keep: ({ alert, heldMs, told, notification }) =>
      void keep.run(alert.rule, alert.agent ?? '', JSON.stringify(alert), heldMs, Number(told), notification),
    forget: ({ rule, agent }) => void forget.run(rule, agent ?? ''),
    end(alert) {
      forget.run(alert.rule, alert.agent ?? '');
      end.run(alert.rule, alert.agent, Date.parse(alert.resolved_at ?? ''), JSON.stringify(alert));
      trim.run(HISTORY_KEPT);
    },
    keepSilence: ({ id, rule, agent, reason, createdAt, until }) =>
      void keepSilence.run(id, rule, agent, reason, createdAt, until),
    endSilence: (id) => void endSilence.run(id),
    keepWork: ({ agent, task, since, durations }) =>
      void keepWork.run(agent, task, since, JSON.stringify(durations.map(Math.round))),
    forgetWork: (agent) => void forgetWork.run(agent),
    history({ rule, agent, since, limit = PAGE, cursor }) {
      const conditions = ['seq < @before'];
      if (rule !== undefined) conditions.push('rule = @rule');
      if (agent !== undefined) conditions.push('agent = @agent');
      if (since !== undefined) conditions.push('resolved_at >= @since');
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : seqOf(cursor);
      const rows = db
        .prepare(`SELECT seq, alert FROM history WHERE ${conditions.join(' AND ')} ORDER BY seq DESC LIMIT @most`)
        .all({ before, rule, agent, since, most: limit + 1 }) as { seq: number; alert: string }[];
      const page = rows.slice(0, limit);
      const next = rows.length > limit ? String(page.at(-1)?.seq) : null;
      return { alerts: page.flatMap(({ alert }) => alertIn(alert) ?? []), next_cursor: next };
    },
    close: () => void db.close(),
  };
}

interface CurrentRow {
  alert: string;
  held_ms: number;
  told: number;
  notification: string | null;
}

type SilenceRow = Omit<KeptSilence, 'createdAt'> & { created_at: number };
type WorkRow = Omit<KeptWork, 'durations'> & { durations: string };

/** A silence as everyone sees it. */
export function silenceRow({ id, rule, agent, reason, createdAt, until }: KeptSilence): AlertSilence {
  return { id, rule, agent, reason, created_at: isoOf(createdAt) ?? '', until: isoOf(until) ?? '' };
}

/** An alert as it was kept; null for what is not one. Those of older versions lack what came later. */
function alertIn(text: string): Alert | null {
  const alert = parsed(text) as Partial<Alert> | null;
  return alert === null ? null : ({ updated_at: null, muted: false, ...alert } as Alert);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function seqOf(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new McError('input.invalid', 'cursor: not one of this list', {
    hint: 'pass the next_cursor of the page before',
  });
}
