import { describe, expect, it } from 'vitest';
import { agentStatusData } from '../../../src/protocol/index.js';
import type { Effect } from '../../../src/tui/effects.js';
import type { Request } from '../../../src/tui/requests.js';
import type { Model } from '../../../src/tui/model.js';
import type { Store } from '../../../src/tui/link/store.js';
import { update } from '../../../src/tui/update.js';
import {
  agent,
  at,
  FLEET,
  live,
  liveStore,
  modelOf,
  NOW,
  press,
  screenText,
  snapshot,
  typed,
  plain,
} from './models.js';
import { themeOf } from '../../../src/tui/draw/theme.js';
import { view } from '../../../src/tui/view.js';
import { answerAll } from './polls-data.js';

function start(options: Parameters<typeof modelOf>[2] = {}): { store: Store; model: Model } {
  const store = liveStore();
  answerAll(store);
  return { store, model: modelOf(store, { columns: 80, rows: 24 }, options) };
}

/** The effects of one key after others. */
function effects(model: Model, ...keys: string[]): readonly Effect[] {
  const last = keys.at(-1) ?? '';
  return update(press(model, ...keys.slice(0, -1)), { type: 'key', key: last }).effects;
}

function request(model: Model, ...keys: string[]): Request | undefined {
  const [effect] = effects(model, ...keys);
  return effect?.type === 'request' ? effect.request : undefined;
}

function answer(model: Model, about: Request, value: unknown): Model {
  return update(model, { type: 'answered', request: about, ok: true, value }).model;
}

function refuse(model: Model, about: Request, error: string, code: string): Model {
  return update(model, { type: 'answered', request: about, ok: false, error, hint: null, code }).model;
}

const shown = (model: Model) => screenText(model).join('\n');
const cursorLine = (model: Model) => screenText(model).find((line) => line.startsWith('▌')) ?? '';

describe('going about', () => {
  it('has a screen for each digit, and Tab between them', () => {
    const { model } = start();
    expect(['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((key) => press(model, key).screen)).toEqual([
      'overview',
      'agents',
      'office',
      'tasks',
      'metrics',
      'events',
      'backups',
      'notifications',
      'usage',
    ]);
    expect(press(model, 'tab').screen).toBe('agents');
    expect(press(model, 'shift+tab').screen).toBe('usage');
  });

  it('keeps each screen as it was left', () => {
    const { model } = start();
    const back = press(model, '2', 'down', 'down', '/', ...typed('a'), 'enter', '4', '1', '2');
    expect(back.lists.agents).toMatchObject({ filter: 'a', cursor: 'tester' });
  });

  it('goes back step by step with Esc', () => {
    const { model } = start();
    const deep = press(model, '2', 'enter', '?');
    expect(deep.screen).toBe('help');
    expect(press(deep, 'escape').screen).toBe('agent');
    expect(press(deep, 'escape', 'escape').screen).toBe('agents');
    expect(press(deep, 'escape', 'escape', 'escape').screen).toBe('overview');
    expect(press(deep, 'escape', 'escape', 'escape', 'escape').screen).toBe('overview');
  });

  it('quits on q and Ctrl-C, on Ctrl-C also out of a question', () => {
    const { model } = start();
    expect(effects(model, 'q')).toEqual([{ type: 'quit' }]);
    expect(effects(model, '2', '/', 'ctrl+c')).toEqual([{ type: 'quit' }]);
    expect(press(model, '2', '/', 'q').lists.agents.filter).toBe('q');
  });

  it('ignores keys that mean nothing', () => {
    const { model } = start();
    expect(press(model, 'Z')).toBe(model);
  });
});

describe('the table of agents', () => {
  it('sorts by trouble first, then by what a letter says, and turns around', () => {
    const { model } = start();
    expect(cursorLine(press(model, '2'))).toContain('scribe');
    const last = press(model, '2', 'L', 'home');
    expect(shown(last)).toContain('LAST▼');
    expect(cursorLine(last)).toContain('api');
    expect(shown(press(last, 'L'))).toContain('LAST▲');
    expect(cursorLine(press(model, '2', 'D', 'home'))).toContain('tester');
  });

  it('goes through the columns that are shown with < and >', () => {
    const { model } = start();
    expect(press(model, '2', '>').sort.column).toBe('agent');
    expect(press(model, '2', '<').sort.column).toBe('warnings');
  });

  it('keeps the cursor on its agent when others change places, come and go', () => {
    const { store, model } = start();
    const chosen = press(model, '2', 'down', 'down', 'down');
    expect(chosen.lists.agents.cursor).toBe('api');
    store.frame(live(1, { type: 'agent_status', data: agentStatusData(agent('aaa', { normalized_status: 'error' })) }));
    store.frame(live(2, { type: 'agent_removed', data: { agent: 'scribe' } }));
    store.frame(
      live(3, {
        type: 'agent_status',
        data: agentStatusData({ ...(FLEET[0] ?? agent('api')), normalized_status: 'idle' }),
      }),
    );
    const after = update(chosen, { type: 'data', data: store.getSnapshot() }).model;
    expect(cursorLine(after)).toContain('api');
  });

  it('stays where it was when its agent is gone', () => {
    const { store, model } = start();
    const chosen = press(model, '2', 'down');
    store.frame(live(1, { type: 'agent_removed', data: { agent: 'watchman' } }));
    const after = update(chosen, { type: 'data', data: store.getSnapshot() }).model;
    expect(after.lists.agents.index).toBe(1);
    expect(cursorLine(after)).toContain('tester');
  });

  it('filters while it is written; Esc takes it back, a second one clears what Enter kept', () => {
    const { model } = start();
    const writing = press(model, '2', '/', ...typed('qual'));
    expect(shown(writing)).toContain('1 of 7 agents');
    expect(press(writing, 'escape').lists.agents.filter).toBe('');
    const kept = press(writing, 'enter');
    expect(kept.lists.agents.filter).toBe('qual');
    expect(press(kept, 'escape')).toMatchObject({ screen: 'agents', lists: { agents: { filter: '' } } });
  });

  it('shows what changed in bold for a second', () => {
    let now = NOW;
    const store = liveStore(snapshot(), () => now);
    const model = modelOf(store, { columns: 80, rows: 24 });
    const tick = (from: Model) => {
      store.tick();
      return update(from, { type: 'data', data: store.getSnapshot() }).model;
    };
    const before = tick(press(model, '2'));
    const [api = agent('api')] = FLEET;
    now += 1100;
    store.frame(
      live(1, {
        type: 'agent_status',
        data: agentStatusData({ ...api, counters: { ...api.counters, tasks_completed: 10 } }),
      }),
    );
    const bold = (from: Model) =>
      view(from, from.size, themeOf('dark', true))
        .find((line) => plain(line).includes('build_api'))
        ?.includes('\u001b[1m   10\u001b[0m');
    const after = tick(before);
    expect(bold(after)).toBe(true);
    now += 1100;
    expect(bold(tick(tick(after)))).toBe(false);
  });
});

describe('actions', () => {
  it('set a status through a report; Tab goes through the words', () => {
    const { model } = start();
    const asked = press(model, '2', 's', 'i', 'tab');
    expect(asked.prompt?.editor.text).toBe('idle');
    expect(request(asked, 'enter')).toMatchObject({
      call: { route: 'agentReport', params: { id: 'scribe' }, body: { status: 'idle' } },
    });
    expect(request(model, '2', 's', ...typed('dancing'), 'enter')).toBeUndefined();
  });

  it('write a note, move, back up', () => {
    const { model } = start();
    expect(request(model, '2', 'n', ...typed('look here'), 'enter')).toMatchObject({
      call: { body: { activity: 'look here' } },
    });
    expect(request(model, '3', 'down', 'm', ...typed('lab'), 'enter')).toMatchObject({
      call: { body: { zone: 'lab' } },
    });
    expect(request(model, '2', 'b')).toMatchObject({
      call: { route: 'createBackup', body: { type: 'agent_state', agent: 'scribe' } },
    });
  });

  it('add a task with its assignee and priority', () => {
    const { model } = start();
    expect(request(model, '4', 'n', ...typed('Mend it @api P1'), 'enter')).toMatchObject({
      call: { route: 'createTasks', body: { tasks: [{ title: 'Mend it', assignee: 'api', priority: 'P1' }] } },
    });
  });

  it('mark a task done, and take it back for ten seconds', () => {
    const { store, model } = start();
    const tasks = press(model, '4');
    const done = request(tasks, 'd');
    expect(done).toMatchObject({ call: { route: 'patchTask', body: { status: 'completed' } } });
    const after = done ? answer(tasks, done, { success: true }) : tasks;
    expect(shown(after)).toContain('u takes');
    expect(request(after, 'u')).toMatchObject({ call: { ...done?.call, body: { status: 'failed' } } });
    const late = { ...after, data: { ...store.getSnapshot(), now: NOW + 10_001 } };
    expect(request(late, 'u')).toBeUndefined();
  });

  it('are refused while there is no connection, and not offered with --readonly', () => {
    const { store, model } = start();
    store.link({ name: 'reconnecting', attempt: 1, retryAt: NOW + 4000 });
    const lost = update(model, { type: 'data', data: store.getSnapshot() }).model;
    expect(request(lost, '2', 'b')).toBeUndefined();
    expect(shown(press(lost, '2', 'b'))).toContain('not connected');
    const readonly = start({ readonly: true }).model;
    expect(request(readonly, '2', 'b')).toBeUndefined();
    expect(shown(press(readonly, '2'))).toContain('read-only');
    expect(shown(press(readonly, '2', '?'))).not.toContain('back up this agent');
    expect(shown(press(readonly, ':', ...typed('add x'), 'enter'))).toContain('read-only');
  });

  it('say what the server said when it refuses, and when it has no such route', () => {
    const { model } = start();
    const asked = request(model, '7', 'c');
    expect(asked).toBeDefined();
    if (!asked) return;
    expect(shown(refuse(press(model, '7', 'c'), asked, 'Another backup runs', 'backup.busy'))).toContain(
      'Another backup runs',
    );
    expect(shown(refuse(press(model, '7', 'c'), asked, 'Nicht gefunden', 'route.not_found'))).toContain(
      'not available on this server',
    );
    const gone = shown(refuse(press(model, '7', 'c'), asked, 'Route of the report not found', 'agent.not_found'));
    expect(gone).toContain('Route of the report not found');
  });

  it('acknowledge one notification or all of them', () => {
    const { model } = start();
    expect(request(model, '8', 'a')).toMatchObject({ call: { route: 'ackNotification', params: { id: 'n2' } } });
    expect(effects(model, '8', 'A')).toHaveLength(2);
  });
});

describe('a restore', () => {
  const REPORT = { added: ['b'], changed: ['a/state.json'], removed: ['c'], same: 40, safety_backup: 's' };

  function preview() {
    const { model } = start();
    const backups = press(model, '7');
    const asked = request(backups, 'enter');
    expect(asked).toMatchObject({
      call: { route: 'restoreBackup', params: { id: '20260217_120436_000' }, body: { dry_run: true } },
    });
    return { backups, asked: asked as Request };
  }

  it('shows the differences and wants a typed word', () => {
    const { backups, asked } = preview();
    const question = answer(backups, asked, REPORT);
    expect(shown(question)).toContain('~ a/state.json');
    expect(shown(question)).toContain('1 changed, 1 added, 1 kept, 40 the same');
    expect(request(question, ...typed('yes'), 'enter')).toBeUndefined();
    const restore = request(question, ...typed('restore'), 'enter');
    expect(restore).toMatchObject({ kind: 'restore', backup: '20260217_120436_000', agent: null, call: { body: {} } });
    if (restore)
      expect(shown(answer(question, restore, { message: 'Backup x restored', safety_backup: 's1' }))).not.toContain(
        'undefined',
      );
  });

  it('asks nothing when there is nothing to restore', () => {
    const { backups, asked } = preview();
    const same = answer(backups, asked, { added: [], changed: [], removed: [], same: 41 });
    expect(same.prompt).toBeNull();
    expect(shown(same)).toContain('nothing to restore');
  });

  it('of one agent takes its newest backup and its name as the word', () => {
    const { model } = start();
    const detail = press(model, '2', 'down', 'down', 'down', 'enter');
    const asked = request(detail, 'u');
    expect(asked).toMatchObject({
      call: {
        route: 'restoreBackup',
        params: { id: 'agent_api_20260217_041500' },
        body: { dry_run: true, agent: 'api' },
      },
    });
    if (!asked) return;
    expect(request(answer(detail, asked, REPORT), ...typed('api'), 'enter')).toMatchObject({
      kind: 'restore',
      agent: 'api',
      call: { body: { agent: 'api' } },
    });
  });
});

describe('events', () => {
  function flood(store: Store, from: number, count: number) {
    for (let seq = from; seq < from + count; seq++)
      store.frame(
        live(
          seq,
          { type: 'agent_activity', data: { agent: seq % 2 ? 'api' : 'tester', activity: { action: `step ${seq}` } } },
          at(60 - seq),
        ),
      );
  }
  const fresh = (store: Store, model: Model) => update(model, { type: 'data', data: store.getSnapshot() }).model;

  it('follow the newest until somebody looks back, and again with f', () => {
    const { store, model } = start();
    flood(store, 1, 10);
    const following = fresh(store, press(model, '6'));
    expect(cursorLine(following)).toContain('step 10');
    const up = press(following, 'up', 'up');
    expect(cursorLine(up)).toContain('step 8');
    flood(store, 11, 30);
    expect(cursorLine(fresh(store, up))).toContain('step 8');
    expect(cursorLine(press(fresh(store, up), 'f'))).toContain('step 40');
  });

  it('pause, and go on', () => {
    const { store, model } = start();
    flood(store, 1, 5);
    const paused = press(fresh(store, press(model, '6')), 'p');
    expect(shown(paused)).toContain('paused');
    store.frame(live(6, { type: 'agent_activity', data: { agent: 'api', activity: { action: 'later' } } }, at(-10)));
    expect(shown(fresh(store, paused))).not.toContain('later');
    expect(shown(press(fresh(store, paused), 'p'))).toContain('later');
  });

  it('are narrowed by type, agent and level, and a time is found', () => {
    const { store, model } = start();
    flood(store, 1, 5);
    const events = fresh(store, press(model, '6'));
    expect(press(events, 't').events.type).toBe('agent_status');
    expect(press(events, 'a').events.agent).toBe('api');
    expect(press(events, 'l').events.level).toBe('info');
    expect(press(events, 'a', 'escape').events.agent).toBeNull();
    const found = press(events, '@', ...typed('14:07:43'), 'enter');
    expect(cursorLine(found)).toContain('step 3');
    expect(shown(press(events, '@', ...typed('noon'), 'enter'))).toContain('is not a time');
  });

  it('keep 2,000, and say how many only the server still has', () => {
    const { store, model } = start();
    flood(store, 1, 5000);
    const after = fresh(store, press(model, '6'));
    expect(after.data.log.length).toBeLessThanOrEqual(2000);
    expect(after.data.dropped + after.data.log.length).toBeGreaterThanOrEqual(4500);
  });
});

describe('the rest', () => {
  it('chooses metric, agent and range', () => {
    const { model } = start();
    expect(press(model, '5', 'm').chart.metric).toBe('events_per_minute');
    expect(press(model, '5', 'right').chart.since).toBe('7d');
    expect(press(model, ':', ...typed('metric success_rate'), 'enter', 'a').chart).toMatchObject({
      metric: 'success_rate',
      agent: 'analyst',
    });
    expect(shown(press(model, '5', 'a'))).toContain('no agent has it');
  });

  it('moves over the office map in four directions', () => {
    const { model } = start();
    const steps = ['down', 'down', 'down', 'right', 'right', 'left'];
    const seen = steps.map((_, index) => press(model, '3', ...steps.slice(0, index + 1)).office.selected);
    expect(seen).toEqual(['designer', 'scribe', 'api', 'guest', 'tester', 'guest']);
    expect(shown(press(model, '3', 'down', 'down', 'down', 'right', 'enter'))).toContain('no agent');
    expect(press(model, '3', 'down', 'enter')).toMatchObject({ screen: 'agent', agent: 'designer' });
    expect(shown(press(model, '3', 'l'))).toContain('office ▸ list');
  });

  it('copies what the cursor stands on', () => {
    const { model } = start();
    expect(effects(model, '2', 'y')).toEqual([{ type: 'copy', text: 'scribe' }]);
    expect(effects(model, '1', 'y')).toEqual([]);
  });

  it('rings for a critical notification only when asked to', () => {
    const critical = live(1, {
      type: 'notification',
      data: { id: 'c', title: 'disk', message: 'is full', level: 'critical', data: {} },
    });
    for (const bell of [true, false]) {
      const { store, model } = start({ bell });
      store.frame(critical);
      const { effects: rung } = update(model, { type: 'data', data: store.getSnapshot() });
      expect(rung).toEqual(bell ? [{ type: 'alarm', text: 'disk: is full' }] : []);
    }
  });

  it('takes a wheel for keys and a click for the cursor, and nothing with the mouse off', () => {
    const { model } = start();
    const table = press(model, '2');
    const click = (from: Model, x: number, y: number) =>
      update(from, { type: 'mouse', event: { kind: 'click', x, y } }).model;
    expect(click(table, 10, 6).lists.agents.cursor).toBe('tester');
    expect(click(click(table, 10, 6), 10, 6)).toMatchObject({ screen: 'agent', agent: 'tester' });
    expect(click(table, 35, 1).screen).toBe('tasks');
    expect(click(table, 10, 20)).toEqual(table);
    expect(update(table, { type: 'mouse', event: { kind: 'down', x: 1, y: 1 } }).model.lists.agents.index).toBe(3);
    const off = press(table, ':', ...typed('mouse off'), 'enter');
    expect(click(off, 10, 6)).toBe(off);
  });

  it('opens a record whole, and scrolls it', () => {
    const { model } = start();
    const record = press(model, '4', 'enter');
    expect(shown(record)).toContain('"text": "Mend the nightly report"');
    expect(shown(press(record, 'end', 'escape'))).toContain('tasks');
  });
});
