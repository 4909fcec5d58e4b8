import type { McEvent } from '../../protocol/index.js';
import { pollOf, readEvents } from '../link/answers.js';
import type { Listed } from '../list.js';
import type { ListState, Model } from '../model.js';
import { EVENTS } from '../polls.js';
import { arrangeEvents, type EventRow, liveRow, recordedRow } from '../rows/events.js';

/** The live tail: newest last; while following, the cursor is on the newest. */
export const eventList: Listed<EventRow> = {
  name: 'events',
  rows: shownEvents,
  key: ({ key }) => key,
  state: cursorOf,
};

/** Events as they are shown: those of the server's log first, then the live ones, until the pause. */
function shownEvents(model: Model): readonly EventRow[] {
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

function cursorOf(model: Model): ListState {
  const { events: list } = model.lists;
  return model.events.follow ? { ...list, cursor: null, index: Number.MAX_SAFE_INTEGER } : list;
}
