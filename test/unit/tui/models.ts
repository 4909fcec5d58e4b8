import { type Agent, agentStatusData, type McEvent, type ServerFrame, type Task } from '../../../src/protocol/index.js';
import { type Model, newModel, type Options, type ScreenName, type Size } from '../../../src/tui/model.js';
import { createStore, type Store } from '../../../src/tui/link/store.js';
import { type Theme, themeOf } from '../../../src/tui/draw/theme.js';
import { update } from '../../../src/tui/update.js';
import { view } from '../../../src/tui/view.js';
import { agentOf as agent } from '../../support/agents.js';

export { agent };

// Times of day are local: the tests have their own zone.
process.env.TZ = 'UTC';

export const NOW = Date.parse('2026-02-17T14:08:40.000Z');
export const at = (secondsAgo: number) => new Date(NOW - secondsAgo * 1000).toISOString();

const word = (value: string) => ({ file: 'state.json', field: 'status', value });

/** A fleet with every kind of trouble. */
export const FLEET: Agent[] = [
  agent('api', {
    role: 'Backend dev',
    normalized_status: 'active',
    status: 'operational',
    since: at(4000),
    evidence: word('operational'),
    last_active: at(1),
    counters: { tasks_completed: 9, tasks_failed: 1, total_work_time: 7200, idle_time: 660 },
    tasks: [
      {
        source: 'state.json',
        id: null,
        title: 'build_api',
        status: 'in_progress',
        started_at: at(600),
        priority: null,
      },
      { source: 'state.json', id: null, title: 'second', status: 'in_progress', started_at: null, priority: null },
    ],
  }),
  agent('tester', {
    role: 'Quality',
    normalized_status: 'busy',
    status: 'busy',
    since: at(3480),
    evidence: word('busy'),
    last_active: at(4),
    counters: { tasks_completed: 24, tasks_failed: 3, total_work_time: 9120, idle_time: 660 },
    tasks: [
      {
        source: 'state.json',
        id: 'T-9',
        title: 'Replay the outage',
        status: 'in_progress',
        started_at: at(3480),
        priority: 'P1',
      },
    ],
  }),
  agent('scribe', {
    normalized_status: 'error',
    status: 'error',
    since: at(3600),
    evidence: word('error'),
    last_active: at(3600),
    warnings: [{ file: 'state.json', place: 'line 1, column 52', reason: 'is not JSON' }],
  }),
  agent('watchman', {
    role: 'Operations',
    normalized_status: 'stale',
    status: 'active',
    since: at(840),
    evidence: word('active'),
    last_active: at(840),
  }),
  agent('designer', { role: 'Prism', emoji: '🎨', last_active: at(172_900) }),
  agent('courier', {
    normalized_status: 'offline',
    status: 'stopped',
    since: at(172_900),
    evidence: word('stopped'),
    last_active: at(172_900),
    counters: { tasks_completed: 3 },
  }),
  agent('analyst', {
    normalized_status: 'idle',
    status: 'idle',
    since: at(300),
    evidence: word('idle'),
    last_active: at(300),
    counters: { tasks_failed: 2 },
    warnings: [
      { file: 'state.json', place: 'tasks_completed', reason: 'is null' },
      { file: 'state.json', place: 'cost', reason: 'is text' },
    ],
  }),
];

/** A task of the queue. */
export function task(id: string, text: string, known: Partial<Task> = {}): Task {
  const source = 'mission-control/TASK_QUEUE.md';
  return {
    key: `${source}#${id}`,
    id,
    text,
    status: 'pending',
    assignee: null,
    priority: null,
    due: null,
    created: null,
    source,
    line: Number(id.replace(/\D/g, '')) || 1,
    ...known,
  };
}

export const TASKS: Task[] = [
  task('T-1', 'Map the zones', { status: 'completed', assignee: 'builder', priority: 'P2' }),
  task('T-2', 'Review the mobile menu', { assignee: 'api', priority: 'P0', due: '2026-02-20' }),
  task('T-9', 'Replay the outage', { status: 'in_progress', assignee: 'tester', priority: 'P1' }),
  task('T-12', 'Mend the nightly report', { status: 'failed', assignee: 'scribe' }),
];

const OFFICE = {
  state: 'morning_briefing',
  hour: 6,
  description: 'All hands',
  positions: {
    api: { x: 13, y: 50, zone: 'command_center' },
    tester: { x: 85, y: 85, zone: 'qa_station' },
    scribe: { x: 15, y: 15, zone: 'content_corner' },
    designer: { x: 15, y: 20, zone: 'content_corner' },
    guest: { x: 50, y: 30, zone: 'rooftop' },
  },
};

type Unplaced = McEvent extends infer E ? (E extends McEvent ? Pick<E, 'type' | 'data'> : never) : never;

/** A frame of the snapshot, without a position. */
function still(part: Unplaced, timestamp = at(60)): ServerFrame {
  return { ...part, timestamp, source: 'mission-control' };
}

/** A live event. */
export function live(seq: number, part: Unplaced, timestamp = at(0)): ServerFrame {
  return { ...part, timestamp, source: 'mission-control', epoch: 'e', seq };
}

/** `hello`, the whole office, `synced`. */
export function snapshot(agents: readonly Agent[] = FLEET, tasks: readonly Task[] = TASKS): ServerFrame[] {
  const limits = { max_frame_bytes: 1, outbox_bytes: 1, outbox_events: 1 };
  const hello = {
    protocol: 1,
    version: '0.1.0',
    epoch: 'e',
    seq: 0,
    workspace: '/home/me/office',
    heartbeat_ms: 30_000,
    limits,
    resumed: false,
  };
  const control = { timestamp: at(60), source: 'mission-control' };
  return [
    { type: 'hello', data: hello, ...control },
    still({ type: 'agent_position', data: OFFICE }),
    ...agents.map((each) => still({ type: 'agent_status', data: agentStatusData(each) })),
    still({
      type: 'task_update',
      data: {
        type: 'task_queue_changed',
        path: 'mission-control/TASK_QUEUE.md',
        added: [...tasks],
        changed: [],
        removed: [],
        moved: [],
      },
    }),
    still(
      {
        type: 'notification',
        data: {
          id: 'n1',
          title: 'api',
          message: 'error rate 0.31 over the last hour',
          level: 'warning',
          agent: 'api',
          data: {},
        },
      },
      at(200),
    ),
    still(
      { type: 'notification', data: { id: 'n2', title: 'Backup done', message: '', level: 'success', data: {} } },
      at(100),
    ),
    { type: 'synced', data: { epoch: 'e', seq: 0 }, ...control },
  ];
}

/** A store that is live with this fleet. */
export function liveStore(frames: readonly ServerFrame[] = snapshot(), now: () => number = () => NOW): Store {
  const store = createStore(now);
  store.link({ name: 'live' });
  store.server({ url: 'http://127.0.0.1:8080', version: '0.1.0', workspace: '/home/me/office' }, null);
  for (const frame of frames) store.frame(frame);
  return store;
}

const OPTIONS: Options = {
  readonly: false,
  mouse: true,
  bell: false,
  theme: 'dark',
  unicode: true,
  startCommand: 'mc serve',
};

/** A dashboard of a store, as it starts. */
export function modelOf(store: Store, size: Size = { columns: 80, rows: 24 }, options: Partial<Options> = {}): Model {
  const model = newModel(store.getSnapshot(), size, { ...OPTIONS, ...options }, { screen: 'overview', filter: '' });
  return update(model, { type: 'data', data: store.getSnapshot() }).model;
}

/** The model after these keys. */
export function press(model: Model, ...keys: string[]): Model {
  return keys.reduce((now, key) => update(now, { type: 'key', key }).model, model);
}

/** A text as keys. */
export function typed(text: string): string[] {
  return text.split('').map((character) => (character === ' ' ? 'space' : character));
}

/** The model on a screen. */
export function on(model: Model, screen: ScreenName): Model {
  return { ...model, screen };
}

/** What the terminal shows, without colours. */
export function screenText(model: Model, size: Size = model.size, theme: Theme = themeOf('dark', true)): string[] {
  return view(model, size, theme).map(plain);
}

/** Text without its escape sequences. */
export function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- escape sequences are what this takes away
  return text.replaceAll(/\u001b\[[\d;]*m/g, '');
}
