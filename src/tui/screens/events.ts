import { clockTime, counted } from '../../view/index.js';
import { absence, pollOf } from '../link/answers.js';
import { fit, type Line, type Span } from '../draw/lines.js';
import { openRecord } from '../go.js';
import { atCursor } from '../list.js';
import { eventList } from '../lists/events.js';
import type { Model, Size } from '../model.js';
import { EVENTS, slow } from '../polls.js';
import { eventLine } from '../rows/events.js';
import { become, stay } from '../say.js';
import { listScreen } from './list-screen.js';
import type { Screen } from './screen.js';

/** The live tail: newest at the bottom. */
export const events: Screen = {
  title: () => 'events',
  tab: { label: 'Events' },
  ...listScreen({
    list: eventList,
    line: (row, { size, cursor }) => eventLine(row, size.columns, cursor),
    head: (model, size, count) => [headLine(model, count, size)],
    around: () => 1,
    empty: emptyText,
  }),
  follows: {
    before: (model) => (model.events.follow ? atNewest(model) : model),
    after(model, by) {
      const newest = eventList.rows(model).at(-1)?.key;
      return { ...model, events: { ...model.events, follow: by > 0 && model.lists.events.cursor === newest } };
    },
  },
  open(model) {
    const row = atCursor(eventList, model);
    return row ? become(openRecord(model, row.type, row.record)) : stay(model);
  },
  back(model) {
    const { type, agent, level } = model.events;
    if ((type ?? agent ?? level) === null) return null;
    return { ...model, events: { ...model.events, type: null, agent: null, level: null } };
  },
  copy(model) {
    const row = atCursor(eventList, model);
    return row ? JSON.stringify(row.record) : null;
  },
  polls: () => slow(EVENTS),
};

/** The newest event becomes the one that the cursor stands on. */
function atNewest(model: Model): Model {
  const rows = eventList.rows(model);
  const index = Math.max(0, rows.length - 1);
  const list = { ...model.lists.events, cursor: rows.at(-1)?.key ?? null, index, top: index };
  return { ...model, lists: { ...model.lists, events: list } };
}

function headLine(model: Model, count: number, size: Size): Line {
  const { events: wanted, data } = model;
  const { filter } = model.lists.events;
  const state: Span[] =
    wanted.paused !== null
      ? [['warn', ` ❚❚ paused at ${clockTime(wanted.paused)}`]]
      : wanted.follow
        ? [['good', ' ● following']]
        : [['plain', ' ○ not following (f follows)']];
  const only = [
    wanted.type,
    wanted.agent === null ? null : `@${wanted.agent}`,
    wanted.level === null ? null : `${wanted.level} or worse`,
    filter === '' ? null : `/${filter}`,
  ].filter((word) => word !== null);
  const lost = data.dropped > 0 ? ` · ${data.dropped} older ones only in the server's log` : '';
  return {
    spans: fit(
      [
        ...state,
        ['dim', ` · ${counted(count, 'event')} · only: `],
        only.length > 0 ? ['warn', only.join(' ')] : 'all but system_metric',
        ['dim', lost],
      ],
      size.columns,
    ),
  };
}

function emptyText(model: Model): string {
  const missing = absence(pollOf(model.data, EVENTS));
  return missing === null || model.data.log.length > 0
    ? '   no event passes'
    : `   nothing has happened since this was opened (the log: ${missing})`;
}
