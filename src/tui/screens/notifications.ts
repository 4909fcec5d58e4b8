import type { KeptNotification } from '../../protocol/index.js';
import { ago, isUnread } from '../../view/index.js';
import { levelGlyph } from '../draw/glyphs.js';
import { BLANK, cell, type Line, line } from '../draw/lines.js';
import { openRecord } from '../go.js';
import { atCursor } from '../list.js';
import { notificationList, unreadOf } from '../lists/notifications.js';
import type { Model } from '../model.js';
import { become, stay } from '../say.js';
import { listScreen } from './list-screen.js';
import type { Screen } from './screen.js';

/** What a person should see, newest first; what nobody has acknowledged stands out. */
export const notifications: Screen = {
  title: () => 'notifications',
  tab: { label: 'Bell', waiting: (model) => unreadOf(model).length },
  ...listScreen({
    list: notificationList,
    line: (row, { model, size, cursor }) => rowLine(row, size.columns, model.data.now, cursor),
    head: (model, _, count) => [headLine(model, count)],
    foot: (_, size, row) => (size.rows >= 8 ? [BLANK, messageLine(row)] : []),
    around: (_, size) => (size.rows >= 8 ? 3 : 1),
    empty: () => '   nothing: mc notify "…" writes one',
  }),
  open(model) {
    const row = atCursor(notificationList, model);
    return row ? become(openRecord(model, row.title || row.level, row)) : stay(model);
  },
  copy: (model) => atCursor(notificationList, model)?.id ?? null,
};

function rowLine(row: KeptNotification, columns: number, now: number, cursor: boolean): Line {
  const unread = isUnread(row);
  const agent = columns >= 50 ? 12 : 0;
  const level = columns >= 70 ? 9 : 0;
  const text = [row.title, row.message].filter(Boolean).join(': ');
  return {
    cursor,
    spans: [
      cursor ? ['accent', '▌'] : ' ',
      ['accent', unread ? '● ' : '  '],
      ...cell(ago(row.timestamp, now), 5, 'dim', 'right'),
      '  ',
      levelGlyph(row.level),
      ' ',
      ...(level ? cell(row.level, level, 'dim') : []),
      ...(agent ? cell(row.agent ?? '', agent) : []),
      ...cell(text, Math.max(1, columns - 12 - level - agent), unread ? 'strong' : 'dim'),
    ],
  };
}

function messageLine(row: KeptNotification | undefined): Line {
  if (!row) return BLANK;
  const seen = isUnread(row) ? 'not acknowledged' : `acknowledged ${row.acknowledged_at}`;
  return line(['strong', ` ${row.title}`], ` ${row.message}`, ['dim', ` · ${seen}`]);
}

function headLine(model: Model, shown: number): Line {
  const all = model.data.view.notifications;
  const unread = unreadOf(model).length;
  const { filter } = model.lists.notifications;
  return line(
    ' ',
    [unread > 0 ? 'warn' : 'dim', `${unread} unread`],
    ['dim', ` of ${all.length} · ${shown} shown · filter: `],
    filter === '' ? 'none' : ['warn', filter],
  );
}
