import type { McEvent } from '../../protocol/index.js';
import { clockTime } from '../../view/index.js';
import { absence, pollOf, readEvents } from '../link/answers.js';
import { BLANK, fit, type Line, line, type Span } from '../draw/lines.js';
import { windowOf } from '../list.js';
import type { ListState, Model, Size } from '../model.js';
import { EVENTS } from '../polls.js';
import { arrangeEvents, eventLine, type EventRow, liveRow, recordedRow } from '../rows/events.js';
import type { Screen } from './screen.js';

/** The live tail: newest at the bottom. */
export const events: Screen = {
  title: () => 'events',
  body(model, size) {
    const rows = shownEvents(model);
    const height = Math.max(1, size.rows - 1);
    const { index, top } = windowOf(
      cursorOf(model),
      rows.map(({ key }) => key),
      height,
    );
    const shown = rows
      .slice(top, top + height)
      .map((row, offset) => eventLine(row, size.columns, top + offset === index));
    const empty = rows.length === 0 ? [line(['dim', emptyText(model)])] : [];
    const fill = Array.from({ length: Math.max(0, height - shown.length - empty.length) }, () => BLANK);
    return [headLine(model, rows.length, size), ...shown, ...empty, ...fill];
  },
  list: {
    keys: (model) => shownEvents(model).map(({ key }) => key),
    height: (_, size) => Math.max(1, size.rows - 1),
    top: () => 1,
  },
  copy: (model) => {
    const row = eventAtCursor(model);
    return row ? JSON.stringify(row.record) : null;
  },
};

/** The event under the cursor; while following, the newest. */
export function eventAtCursor(model: Model): EventRow | null {
  const rows = shownEvents(model);
  return (
    rows[
      windowOf(
        cursorOf(model),
        rows.map(({ key }) => key),
        1,
      ).index
    ] ?? null
  );
}

/** Events as they are shown: those of the server's log first, then the live ones, until the pause. */
export function shownEvents(model: Model): readonly EventRow[] {
  const { data, events: wanted } = model;
  const { filter } = model.lists.events;
  const recorded = pollOf(data, EVENTS).value;
  const known = kept.get(data.log);
  if (known && known.wanted === wanted && known.filter === filter && known.recorded === recorded) return known.rows;
  const live = data.log.map(rowOf);
  const shown =
    wanted.paused === null ? live : live.filter(({ timestamp }) => Date.parse(timestamp) <= (wanted.paused ?? 0));
  const first = live[0]?.timestamp ?? '9';
  const before = readEvents(recorded)
    .filter(({ timestamp }) => timestamp < first)
    .map(recordedRow)
    .toReversed();
  const rows = arrangeEvents([...before, ...shown], wanted, filter);
  kept.set(data.log, { wanted, filter, recorded, rows });
  return rows;
}

const kept = new WeakMap<
  object,
  { wanted: Model['events']; filter: string; recorded: unknown; rows: readonly EventRow[] }
>();
const rowsOfEvents = new WeakMap<McEvent, EventRow>();

function rowOf(event: McEvent): EventRow {
  const known = rowsOfEvents.get(event);
  if (known) return known;
  const row = liveRow(event);
  rowsOfEvents.set(event, row);
  return row;
}

/** While following, the cursor is on the newest. */
function cursorOf(model: Model): ListState {
  const { events: list } = model.lists;
  return model.events.follow ? { ...list, cursor: null, index: Number.MAX_SAFE_INTEGER } : list;
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
        ['dim', ` · ${count} events · only: `],
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
