import { basename } from 'node:path';
import type { EventDraft, NotificationLevel } from '../../protocol/index.js';
import type { OwnEvent } from '../store/event-rows.js';
import type { Notice } from '../store/prepare.js';
import { metricsOf } from '../store/registry.js';
import type { Values } from '../store/store.js';

/** Something to be reported: as a line of the event log, and to people as a notification. */
export interface Announcement {
  type: OwnEvent;
  data: Record<string, unknown>;
  notification: { title: string; message: string; level: NotificationLevel } | null;
}

/** What has to be said of a database that was upgraded, set aside or written again. Paths are shown by their last name. */
export function announceNotice(notice: Notice): Announcement {
  if (notice.kind === 'rewritten') {
    return {
      type: 'database_rewritten',
      data: { path: basename(notice.path) },
      notification: {
        title: 'Metrics database written again',
        message:
          'Its file was removed while mc serve ran, and was written again with all it held; to begin anew, stop mc serve first',
        level: 'warning',
      },
    };
  }
  if (notice.kind === 'replaced') {
    const kept = basename(notice.path);
    return {
      type: 'database_replaced',
      data: { path: kept },
      notification: {
        title: 'Metrics database replaced',
        message: `Another file was put in its place while mc serve ran, and is used from now on; what was held lies under ${kept}`,
        level: 'warning',
      },
    };
  }
  if (notice.kind === 'upgraded') {
    const { kind: _, copy, ...data } = notice;
    return {
      type: 'database_upgraded',
      data: { ...data, copy: basename(copy) },
      notification: {
        title: 'Metrics database upgraded',
        message: `${data.agentRows + data.systemRows} samples and ${data.events} events were kept${restOf(data)}; a copy of the old file is ${basename(copy)}`,
        level: 'info',
      },
    };
  }
  const aside = basename(notice.path);
  return {
    type: 'database_set_aside',
    data: { reason: notice.reason, path: aside },
    notification: {
      title: 'Metrics database set aside',
      message: `The database was ${notice.reason}; it was moved to ${aside}, and a new one was started`,
      level: 'error',
    },
  };
}

/** What an upgrade could not take over, and where it is. */
function restOf({ unplaced, kept }: { unplaced: number; kept: string[] }): string {
  const rows = unplaced > 0 ? `; ${unplaced} rows that could not be read whole are in the table unplaced` : '';
  return kept.length > 0 ? `${rows}; tables with columns of their own stay as ${kept.join(', ')}` : rows;
}

export function announcePause(reason: string): Announcement {
  return {
    type: 'collection_paused',
    data: { reason },
    notification: {
      title: 'Metrics are paused',
      message: `${reason}; collection resumes by itself`,
      level: 'error',
    },
  };
}

/** Old figures and events are not deleted while the clock cannot be believed. */
export function announceHeld(reason: string): Announcement {
  return {
    type: 'deletion_held',
    data: { reason },
    notification: {
      title: 'Old metrics are kept for now',
      message: `Nothing is deleted for its age: ${reason}. Check the clock; after a day of running deletion goes on by itself`,
      level: 'warning',
    },
  };
}

export function announceResume(pausedMs: number): Announcement {
  return {
    type: 'collection_resumed',
    data: { paused_ms: pausedMs },
    notification: { title: 'Metrics are collected again', message: 'The database can be written', level: 'success' },
  };
}

/** The announcement as an event of the stream. The id is the same when it is sent twice. */
export function notificationDraft({ type, data, notification }: Announcement, at: number): EventDraft | null {
  if (!notification) return null;
  return { type: 'notification', at, data: { id: `metrics-${type}-${at}`, ...notification, data } };
}

/** One `system_metric` event per figure of the system. */
export function systemMetricDrafts(values: Values, t: number, at: number): EventDraft[] {
  const timestamp = new Date(t).toISOString();
  return metricsOf('system').map((metric, index) => ({
    type: 'system_metric',
    at,
    data: { metric: metric.name, value: values[index] ?? null, unit: metric.unit, timestamp },
  }));
}
