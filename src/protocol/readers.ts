/**
 * Answers as they may come from a server of another version: each reader takes anything, leaves out what makes no sense and
 * answers null where nothing is said.
 */
import type { Backup, BackupType } from './backups.js';
import type { BrowseItem } from './files.js';
import { fieldOf, listFrom, numberFrom, textFrom, textsFrom } from './loose.js';
import type { AgentMetricsAnswer, HealthPart, Series } from './metrics.js';

/** A backup as an answer has it. */
export interface LooseBackup extends Pick<Backup, 'id' | 'agent' | 'label' | 'safety' | 'partial' | 'holds_at'> {
  /** Empty where the answer has none. */
  timestamp: string;
  backup_type: BackupType;
  size_bytes: number | null;
  file_count: number | null;
  verified_at: string | null;
  verify_error: string | null;
  origin?: Backup['origin'];
}

/** The answer of `backups`, newest first. */
export function readBackups(value: unknown): { backups: LooseBackup[]; next_at: string | null } {
  const backups = listFrom(fieldOf(value, 'backups')).flatMap((row) => readBackup(row) ?? []);
  backups.sort((a, b) => b.timestamp.localeCompare(a.timestamp));
  return { backups, next_at: textFrom(fieldOf(value, 'next_at')) };
}

/** One backup; null for what has no id. */
export function readBackup(value: unknown): LooseBackup | null {
  const text = (name: string) => textFrom(fieldOf(value, name));
  const id = text('id');
  if (id === null) return null;
  const origin = ORIGINS.find((word) => word === fieldOf(value, 'origin'));
  return {
    id,
    timestamp: text('timestamp') ?? '',
    backup_type: (text('backup_type') ?? 'full') as BackupType,
    size_bytes: numberFrom(fieldOf(value, 'size_bytes')),
    file_count: numberFrom(fieldOf(value, 'file_count')),
    agent: text('agent'),
    label: text('label'),
    safety: fieldOf(value, 'safety') === true,
    partial: fieldOf(value, 'partial') === true,
    holds_at: text('holds_at'),
    verified_at: text('verified_at'),
    verify_error: text('verify_error'),
    ...(origin === undefined ? {} : { origin }),
  };
}

const ORIGINS = ['own', 'old', 'imported'] as const;

/** The answer of `verifyBackup`. */
export function readVerifyReport(value: unknown): { ok: boolean; errors: string[] } {
  return { ok: fieldOf(value, 'ok') === true, errors: textsFrom(fieldOf(value, 'errors')) };
}

/** The answer of `restoreBackup`, of a dry run too. */
export function readRestoreReport(value: unknown): {
  added: string[];
  changed: string[];
  removed: string[];
  same: number | null;
  safety_backup: string | null;
  message: string | null;
} {
  return {
    added: textsFrom(fieldOf(value, 'added')),
    changed: textsFrom(fieldOf(value, 'changed')),
    removed: textsFrom(fieldOf(value, 'removed')),
    same: numberFrom(fieldOf(value, 'same')),
    safety_backup: textFrom(fieldOf(value, 'safety_backup')),
    message: textFrom(fieldOf(value, 'message')),
  };
}

/** A `backup_update`: how far the work is, in bytes and files, and what it does just now. */
export function readBackupProgress(value: unknown): {
  id: string | null;
  done: number | null;
  total: number | null;
  files: number | null;
  doing: string;
} {
  const number = (...names: string[]) =>
    names.map((name) => numberFrom(fieldOf(value, name))).find((found) => found !== null) ?? null;
  return {
    id: textFrom(fieldOf(value, 'id')),
    done: number('bytes_done', 'bytes'),
    total: number('bytes_total', 'total_bytes'),
    files: number('files_done', 'files'),
    doing: textsFrom(['action', 'phase'].map((name) => fieldOf(value, name))).join(', '),
  };
}

/** The series of an answer of `metricsQuery`; points without a time are left out. */
export function readSeries(value: unknown): Series[] {
  return listFrom(fieldOf(value, 'series')).map((series) => ({
    metric: textFrom(fieldOf(series, 'metric')) ?? '',
    unit: textFrom(fieldOf(series, 'unit')) ?? '',
    agent: textFrom(fieldOf(series, 'agent')),
    points: listFrom(fieldOf(series, 'points')).flatMap((point) => {
      const t = textFrom(fieldOf(point, 't'));
      return t === null || Number.isNaN(Date.parse(t)) ? [] : [{ t, v: numberFrom(fieldOf(point, 'v')) }];
    }),
  }));
}

/** A part of the health score, of a name that may be new; `value` null: it is not known. */
export interface LooseHealthPart extends Pick<HealthPart, 'weight'> {
  name: string;
  value: number | null;
}

/** The parts of the health score that an answer of `metricsQuery` explains. */
export function readHealthParts(value: unknown): LooseHealthPart[] {
  return listFrom(fieldOf(fieldOf(value, 'explain'), 'parts')).map((part) => ({
    name: textFrom(fieldOf(part, 'name')) ?? '',
    weight: numberFrom(fieldOf(part, 'weight')) ?? 0,
    value: numberFrom(fieldOf(part, 'value')),
  }));
}

/** The figures of an answer of `agentMetrics`; null before there is one. */
export function readAgentFigures(
  value: unknown,
): Pick<AgentMetricsAnswer, 'avg_success_rate' | 'work_time' | 'idle_time' | 'avg_task_duration'> | null {
  if (value === null) return null;
  const number = (name: string) => numberFrom(fieldOf(value, name));
  return {
    avg_success_rate: number('avg_success_rate'),
    work_time: number('work_time'),
    idle_time: number('idle_time'),
    avg_task_duration: number('avg_task_duration'),
  };
}

/** The latest figures of the system in an answer of `systemStatus`, and when they were taken (empty: it does not say). */
export function readSystemFigures(value: unknown): { figures: [metric: string, value: number][]; timestamp: string } {
  const metrics = fieldOf(value, 'metrics');
  const system = fieldOf(metrics, 'system');
  const figures = Object.entries(typeof system === 'object' && system !== null ? system : {}).flatMap(
    ([name, figure]): [string, number][] => (typeof figure === 'number' ? [[name, figure]] : []),
  );
  return { figures, timestamp: textFrom(fieldOf(metrics, 'timestamp')) ?? '' };
}

/** The entries of an answer of `filesBrowse`. */
export function readBrowseItems(value: unknown): BrowseItem[] {
  return listFrom(fieldOf(value, 'items')).flatMap((item): BrowseItem[] => {
    const name = textFrom(fieldOf(item, 'name'));
    if (name === null) return [];
    const type = ITEM_TYPES.find((word) => word === fieldOf(item, 'type')) ?? 'other';
    const size = numberFrom(fieldOf(item, 'size'));
    return [{ name, type, size, modified: textFrom(fieldOf(item, 'modified')) }];
  });
}

const ITEM_TYPES = ['file', 'directory', 'link', 'other'] as const;

/** The ids of an answer of `createTasks`. */
export function readCreatedIds(value: unknown): string[] {
  return textsFrom(fieldOf(value, 'ids'));
}
