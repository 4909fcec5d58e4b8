import { type Alert, isUnseen, type KeptNotification } from '../../protocol/index.js';
import { ago, alertState, counted } from '../../view/index.js';
import { levelGlyph } from '../draw/glyphs.js';
import { BLANK, cell, type Line, line } from '../draw/lines.js';
import { openRecord } from '../go.js';
import { atCursor } from '../list.js';
import { type BellRow, isWaiting, notificationList, unreadOf, waitingOf } from '../lists/notifications.js';
import type { Model } from '../model.js';
import { become, stay } from '../say.js';
import { listScreen } from './list-screen.js';
import type { Screen } from './screen.js';

/** What a person should see: alerts that fire, then notifications; what nobody has acknowledged stands out. */
export const notifications: Screen = {
  title: () => 'notifications',
  tab: { label: 'Bell', waiting: waitingOf },
  ...listScreen({
    list: notificationList,
    line: (row, { model, size, cursor }) => rowLine(row, size.columns, model.data.now, cursor),
    head: (model, _, count) => [headLine(model, count)],
    foot: (model, size, row) => (size.rows >= 8 ? [BLANK, messageLine(row, model.data.now)] : []),
    around: (_, size) => (size.rows >= 8 ? 3 : 1),
    empty: () => '   nothing: mc notify "…" writes one',
  }),
  open(model) {
    const row = atCursor(notificationList, model);
    if (!row) return stay(model);
    if (row.alert !== null) return become(openRecord(model, row.alert.rule, row.alert));
    return become(openRecord(model, row.notification.title || row.notification.level, row.notification));
  },
  copy(model) {
    const row = atCursor(notificationList, model);
    return row === null ? null : (row.alert?.id ?? row.notification?.id ?? null);
  },
};

/** What a row shows, whatever it is. */
interface Shown {
  at: string;
  level: KeptNotification['level'];
  agent: string | null;
  text: string;
}

function shownOf({ alert, notification }: BellRow, now: number): Shown {
  if (alert === null) {
    const { timestamp: at, level, agent, title, message } = notification;
    return { at, level, agent: agent ?? null, text: [title, message].filter(Boolean).join(': ') };
  }
  const { since: at, severity: level, agent, rule, summary } = alert;
  const seen = isUnseen(alert) ? '' : `${alertState(alert, now)} · `;
  return { at, level, agent, text: `${seen}${rule}: ${summary}` };
}

function rowLine(row: BellRow, columns: number, now: number, cursor: boolean): Line {
  const unread = isWaiting(row);
  const shown = shownOf(row, now);
  const agent = columns >= 50 ? 12 : 0;
  const level = columns >= 70 ? 9 : 0;
  return {
    cursor,
    spans: [
      cursor ? ['accent', '▌'] : ' ',
      ['accent', unread ? '● ' : '  '],
      ...cell(ago(shown.at, now), 5, 'dim', 'right'),
      '  ',
      levelGlyph(shown.level),
      ' ',
      ...(level ? cell(shown.level, level, 'dim') : []),
      ...(agent ? cell(shown.agent ?? '', agent) : []),
      ...cell(shown.text, Math.max(1, columns - 12 - level - agent), unread ? 'strong' : 'dim'),
    ],
  };
}

function messageLine(row: BellRow | undefined, now: number): Line {
  if (!row) return BLANK;
  if (row.alert !== null) return alertLine(row.alert, now);
  const { title, message, acknowledged_at: at } = row.notification;
  const seen = at === null ? 'not acknowledged' : `acknowledged ${at}`;
  return line(['strong', ` ${title}`], ` ${message}`, ['dim', ` · ${seen}`]);
}

/** What it was seen by: the row has no room for that. */
function alertLine(alert: Alert, now: number): Line {
  const { rule, evidence, since } = alert;
  return line(['strong', ` ${rule}`], ` ${evidence}`, ['dim', ` · ${alertState(alert, now)} · since ${since}`]);
}

function headLine(model: Model, shown: number): Line {
  const { notifications: all, alerts } = model.data.view;
  const unread = unreadOf(model).length;
  const { filter } = model.lists.notifications;
  return line(
    ' ',
    ...(alerts.size > 0 ? [['bad', counted(alerts.size, 'alert')] as const, ' · '] : []),
    [unread > 0 ? 'warn' : 'dim', `${unread} unread`],
    ['dim', ` of ${all.length} · ${shown} shown · filter: `],
    filter === '' ? 'none' : ['warn', filter],
  );
}
