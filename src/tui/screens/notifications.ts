import type { KeptNotification } from '../../protocol/index.js';
import { ago, applyFilter, isUnread } from '../../view/index.js';
import { levelGlyph } from '../draw/glyphs.js';
import { BLANK, cell, type Line, line } from '../draw/lines.js';
import { windowOf } from '../list.js';
import type { Model, Size } from '../model.js';
import type { Screen } from './screen.js';

/** What somebody should see, newest first; what nobody has acknowledged stands out. */
export const notifications: Screen = {
  title: () => 'notifications',
  body(model, size) {
    const rows = shownNotifications(model);
    const height = listHeight(size);
    const { index, top } = windowOf(model.lists.notifications, keysOf(model), height);
    const shown = rows
      .slice(top, top + height)
      .map((row, offset) => rowLine(row, size.columns, model.data.now, top + offset === index));
    const empty = rows.length === 0 ? [line(['dim', '   nothing: mc notify "…" writes one'])] : [];
    const fill = Array.from({ length: Math.max(0, height - shown.length - empty.length) }, () => BLANK);
    const below = size.rows >= 8 ? [BLANK, messageLine(rows[index])] : [];
    return [headLine(model, rows.length), ...shown, ...empty, ...fill, ...below];
  },
  list: { keys: keysOf, height: (_, size) => listHeight(size), top: () => 1 },
  copy: (model) => notificationAtCursor(model)?.id ?? null,
};

/** The notification under the cursor. */
export function notificationAtCursor(model: Model): KeptNotification | null {
  return shownNotifications(model)[windowOf(model.lists.notifications, keysOf(model), 1).index] ?? null;
}

/** Those that pass the filter, newest first. */
export function shownNotifications(model: Model): readonly KeptNotification[] {
  const rows = model.data.view.notifications.toReversed();
  return applyFilter(rows, model.lists.notifications.filter, (row) => [
    row.title,
    row.message,
    row.level,
    row.agent ?? '',
    row.acknowledged_at === null ? 'unread' : 'read',
  ]);
}

function keysOf(model: Model): readonly string[] {
  return shownNotifications(model).map(({ id }) => id);
}

function listHeight(size: Size): number {
  return Math.max(1, size.rows - 1 - (size.rows >= 8 ? 2 : 0));
}

function rowLine(row: KeptNotification, columns: number, now: number, cursor: boolean): Line {
  const unread = row.acknowledged_at === null;
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
  const seen = row.acknowledged_at === null ? 'nobody has acknowledged it' : `acknowledged ${row.acknowledged_at}`;
  return line(['strong', ` ${row.title}`], ` ${row.message}`, ['dim', ` · ${seen}`]);
}

function headLine(model: Model, shown: number): Line {
  const all = model.data.view.notifications;
  const unread = all.filter(isUnread).length;
  const { filter } = model.lists.notifications;
  return line(
    ' ',
    [unread > 0 ? 'warn' : 'dim', `${unread} unread`],
    ['dim', ` of ${all.length} · ${shown} shown · filter: `],
    filter === '' ? 'none' : ['warn', filter],
  );
}
