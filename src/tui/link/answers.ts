import { type BackupType, type DatedBackup, newestBackup, type NewestChoice } from '../../protocol/index.js';
import type { Data, Poll } from './data.js';

/** One metric's points. `t`: milliseconds since the epoch; null: not measured. */
export interface Series {
  metric: string;
  unit: string;
  agent: string | null;
  points: readonly { t: number; v: number | null }[];
}

/** A backup as the list shows it; null where the server does not say. */
export interface BackupRow {
  id: string;
  timestamp: string | null;
  bytes: number | null;
  files: number | null;
  type: string;
  label: string | null;
  agent: string | null;
  verifiedAt: string | null;
  verifyError: string | null;
  /** What a restore replaced: never what "the newest" means. */
  safety: boolean;
  partial: boolean;
  origin: DatedBackup['origin'] | undefined;
}

/** A recorded event. */
export interface RecordedEvent {
  timestamp: string;
  type: string;
  agent: string | null;
  data: unknown;
}

const NOTHING: Poll = { at: null, value: null, error: null, missing: false };

/** The last answer of a route. */
export function pollOf(data: Data, path: string): Poll {
  return data.polls.get(path) ?? NOTHING;
}

/** Why there is nothing to show for a poll; null when there is something. */
export function absence(poll: Poll): string | null {
  if (poll.missing) return 'not available on this server';
  if (poll.value === null) return poll.error ?? 'asking…';
  return null;
}

/** The series of an answer of `/api/metrics/query`. */
export function readSeries(value: unknown): Series[] {
  return list(field(value, 'series')).map((series) => ({
    metric: text(field(series, 'metric')) ?? '',
    unit: text(field(series, 'unit')) ?? '',
    agent: text(field(series, 'agent')),
    points: list(field(series, 'points')).flatMap((point) => {
      const t = Date.parse(text(field(point, 't')) ?? '');
      return Number.isNaN(t) ? [] : [{ t, v: number(field(point, 'v')) }];
    }),
  }));
}

/** The backups of an answer of `/api/backups`, newest first. */
export function readBackups(value: unknown): BackupRow[] {
  const rows = list(field(value, 'backups')).flatMap((row): BackupRow[] => {
    const id = text(field(row, 'id'));
    if (id === null) return [];
    return [
      {
        id,
        timestamp: text(field(row, 'timestamp')),
        bytes: number(field(row, 'size_bytes')),
        files: number(field(row, 'file_count')),
        type: text(field(row, 'backup_type')) ?? 'full',
        label: text(field(row, 'label')),
        agent: text(field(row, 'agent')),
        verifiedAt: text(field(row, 'verified_at')),
        verifyError: text(field(row, 'verify_error')),
        safety: field(row, 'safety') === true,
        partial: field(row, 'partial') === true,
        origin: ORIGINS.find((origin) => origin === field(row, 'origin')),
      },
    ];
  });
  return rows.sort((a, b) => (b.timestamp ?? '').localeCompare(a.timestamp ?? ''));
}

const ORIGINS = ['own', 'old', 'imported'] as const;

/** The row that "the newest" means, here as everywhere (`newestBackup`); null when none does. */
export function newestRow(rows: readonly BackupRow[], choice: NewestChoice, now: number): BackupRow | null {
  const dated = rows.map((row) => ({
    row,
    backup_type: row.type as BackupType,
    timestamp: row.timestamp ?? '',
    agent: row.agent,
    safety: row.safety,
    partial: row.partial,
    verify_error: row.verifyError,
    ...(row.origin === undefined ? {} : { origin: row.origin }),
  }));
  return newestBackup(dated, choice, now)?.row ?? null;
}

/** The events of an answer of `/api/system/events`, newest first. */
export function readEvents(value: unknown): RecordedEvent[] {
  return list(field(value, 'events')).map((row) => ({
    timestamp: text(field(row, 'timestamp')) ?? '',
    type: text(field(row, 'event_type')) ?? text(field(row, 'type')) ?? '',
    agent: text(field(row, 'agent_id')),
    data: field(row, 'data'),
  }));
}

/** Names of the files and folders of an answer of `/api/files/browse`. */
export function readFiles(value: unknown): { name: string; size: number | null; modified: string | null }[] {
  return list(field(value, 'items')).flatMap((item) => {
    const name = text(field(item, 'name'));
    const folder = field(item, 'type') === 'directory' ? '/' : '';
    const size = number(field(item, 'size'));
    return name === null ? [] : [{ name: name + folder, size, modified: text(field(item, 'modified')) }];
  });
}

/** A field of something that may be no object. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** A list, or none. */
export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text, or null. */
export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** A finite number, or null. */
export function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
