import { EVENT_TYPES, NOTIFICATION_LEVELS } from '../../protocol/index.js';
import { clockTime } from '../../view/index.js';
import { newEditor } from '../editor.js';
import type { Step } from '../effects.js';
import { atCursor, setCursor } from '../list.js';
import type { Model } from '../model.js';
import { become, say } from '../say.js';
import { eventList } from '../lists/events.js';
import { bodySize } from '../view.js';
import { goTo } from '../go.js';

export const EVENT_ACTIONS = {
  'events.pause': (model: Model) =>
    become(withEvents(model, { paused: model.events.paused === null ? model.data.now : null })),
  'events.follow': (model: Model) => become(withEvents(model, { follow: !model.events.follow, paused: null })),
  'events.type': (model: Model) =>
    become(withEvents(model, { type: following([null, ...EVENT_TYPES], model.events.type) })),
  'events.level': (model: Model) =>
    become(withEvents(model, { level: following([null, ...NOTIFICATION_LEVELS], model.events.level) })),
  'events.agent': (model: Model) => {
    if (model.events.agent !== null) return become(withEvents(model, { agent: null }));
    const agent = atCursor(eventList, model)?.agent ?? null;
    return agent === null ? say(model, 'this event is about no agent', 'plain') : become(withEvents(model, { agent }));
  },
  'events.time': (model: Model) =>
    become({
      ...model,
      prompt: {
        name: 'ask',
        question: 'go to (14:02, 15m ago, ISO time)',
        purpose: { name: 'events.time' },
        editor: newEditor(),
        choices: [],
      },
    }),
};

/** The tail with its cursor on the first event at or after a time; milliseconds since the epoch. */
export function goToTime(model: Model, time: number): Step {
  const shown = withEvents(goTo(model, 'events'), { follow: false });
  const rows = eventList.rows(shown);
  if (rows.length === 0) return say(shown, 'there are no events', 'warn');
  const found = rows.findIndex(({ timestamp }) => Date.parse(timestamp) >= time);
  const index = found === -1 ? rows.length - 1 : found;
  const keys = rows.map(({ key }) => key);
  const list = setCursor(shown.lists.events, keys, bodySize(shown).rows - 1, index);
  const placed = { ...shown, lists: { ...shown.lists, events: list } };
  const first = rows[0]?.timestamp ?? '';
  if (found === 0 && Date.parse(first) > time + 60_000)
    return say(placed, `the oldest event here is of ${clockTime(first)}`, 'warn');
  return become(placed);
}

function withEvents(model: Model, change: Partial<Model['events']>): Model {
  return { ...model, events: { ...model.events, ...change } };
}

function following<T>(all: readonly T[], present: T): T {
  return all[(all.indexOf(present) + 1) % all.length] ?? present;
}
