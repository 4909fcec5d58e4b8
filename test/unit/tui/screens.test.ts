import { describe, expect, it } from 'vitest';
import { widthOf } from '../../../src/base/text.js';
import { SCREENS, type ScreenName } from '../../../src/tui/model.js';
import { THEME_NAMES, themeOf } from '../../../src/tui/draw/theme.js';
import { view } from '../../../src/tui/view.js';
import {
  agent,
  at,
  FLEET,
  live,
  liveStore,
  modelOf,
  plain,
  press,
  screenText,
  snapshot,
  task,
  TASKS,
} from './models.js';
import { answerAll } from './polls-data.js';
import { agentStatusData } from '../../../src/protocol/index.js';

const SIZES = [
  { columns: 80, rows: 24 },
  { columns: 200, rows: 50 },
  { columns: 20, rows: 5 },
];
const ALL: ScreenName[] = [...SCREENS, 'agent', 'record', 'help'];

function office() {
  const store = liveStore();
  answerAll(store);
  const calm = { ...FLEET[0], normalized_status: 'idle', status: 'idle' } as (typeof FLEET)[0];
  store.frame(
    live(
      1,
      {
        type: 'agent_status',
        data: agentStatusData(FLEET[1] ?? calm, { ...(FLEET[1] ?? calm), normalized_status: 'active' }),
      },
      at(9),
    ),
  );
  store.frame(
    live(
      2,
      { type: 'agent_activity', data: { agent: 'api', activity: { action: 'task_finished', task: 'Map the zones' } } },
      at(8),
    ),
  );
  return modelOf(store);
}

/** Opened as a person would open it. */
function opened(name: ScreenName) {
  const model = office();
  if (name === 'agent') return press(model, '2', 'down', 'down', 'enter');
  if (name === 'record') return press(model, '6', 'enter');
  if (name === 'help') return press(model, '2', '?');
  return press(model, String(SCREENS.indexOf(name) + 1));
}

describe('each screen, with everything a server can tell', () => {
  it.each(ALL.flatMap((name) => SIZES.map((size) => ({ name, size }))))(
    '$name at $size.columns x $size.rows',
    async ({ name, size }) => {
      const text = screenText({ ...opened(name), size }, size);
      await expect(`${text.join('\n')}\n`).toMatchFileSnapshot(`screens/${name}-${size.columns}x${size.rows}.txt`);
    },
  );
});

describe('every size', () => {
  const sizes = [1, 2, 3, 5, 8, 9, 10, 13, 24, 50].flatMap((rows) =>
    [1, 5, 20, 39, 40, 59, 79, 80, 100, 120, 200].map((columns) => ({ columns, rows })),
  );

  it.each(ALL)('%s fills the window exactly', (name) => {
    const model = opened(name);
    for (const size of sizes) {
      const lines = view(model, size, themeOf('dark', true)).map(plain);
      expect(lines, `${size.columns}x${size.rows}`).toHaveLength(size.rows);
      for (const line of lines) expect(widthOf(line), `${size.columns}x${size.rows}: ${line}`).toBe(size.columns);
    }
  });

  it('says so when panes are left out', () => {
    expect(screenText(opened('overview'), { columns: 80, rows: 14 }).join('\n')).toContain('taller window');
  });
});

describe('hostile names', () => {
  const HOSTILE = [
    '\u001b[2J\u001b[H',
    'two\nlines\r\n',
    '\u202Eright to left',
    'x'.repeat(500),
    '\u009b31m',
    '👩‍👩‍👧‍👦👍🏽',
    '漢字漢字漢字',
    'a\u0300\u0301\u0302\u0303\u0304\u0305',
    '\ud800',
    '\u200b\u2060',
    '\u0007\u0000',
  ];
  const fleet = HOSTILE.map((name, index) =>
    agent(`id-${index}${name}`, {
      name,
      display_name: name,
      role: name,
      emoji: name,
      normalized_status: 'busy',
      status: name,
      last_active: at(5),
      since: at(5),
      evidence: { file: name, field: name, value: name },
      warnings: [{ file: name, place: name, reason: name }],
      tasks: [{ source: name, id: name, title: name, status: null, started_at: name, priority: name }],
    }),
  );
  const tasks = HOSTILE.map((name, index) => task(`t${index}`, name, { assignee: name, priority: name, due: name }));

  it.each(ALL)('move no cursor and break no row on %s', (name) => {
    const store = liveStore([...snapshot(fleet, tasks)]);
    for (const [index, text] of HOSTILE.entries()) {
      store.frame(
        live(index + 1, {
          type: 'notification',
          data: { id: text, title: text, message: text, level: 'error', agent: text, data: {} },
        }),
      );
    }
    const model = modelOf(store);
    const shown =
      name === 'agent'
        ? press(model, '2', 'enter')
        : name === 'record'
          ? press(model, '8', 'enter')
          : press(model, ...(name === 'help' ? ['?'] : [String(SCREENS.indexOf(name) + 1)]));
    for (const size of SIZES) {
      for (const line of view({ ...shown, size }, size, themeOf('dark', true)).map(plain)) {
        expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
        expect(widthOf(line), JSON.stringify(line)).toBe(size.columns);
      }
    }
  });
});

describe('themes', () => {
  it('draw only ASCII for a locale that is not UTF-8', () => {
    for (const name of ALL) {
      for (const line of view(opened(name), SIZES[0] ?? { columns: 80, rows: 24 }, themeOf('mono', false)).map(plain)) {
        expect(line).toMatch(/^[\u0020-\u007e]{80}$/);
      }
    }
  });

  it('show no colour in mono, and say the same in all', () => {
    const size = { columns: 80, rows: 24 };
    const texts = THEME_NAMES.map((name) => view(opened('agents'), size, themeOf(name, true)));
    // oxlint-disable-next-line no-control-regex -- colours are escape sequences
    expect(texts[THEME_NAMES.indexOf('mono')]?.join('')).not.toMatch(/\u001b\[[\d;]*(3|4|9)\d/);
    for (const text of texts) expect(text.map(plain)).toEqual(texts[0]?.map(plain));
  });
});

describe('no fleet', () => {
  it('says what to do', () => {
    const store = liveStore(snapshot([], []));
    expect(screenText(press(modelOf(store), '2')).join('\n')).toContain(
      'each directory of mission-control/agents is one',
    );
    expect(screenText(press(modelOf(store), '4')).join('\n')).toContain('n adds one');
  });
});

describe('a server without history', () => {
  it('is said honestly on each screen that needs it', () => {
    const store = liveStore();
    answerAll(store);
    for (const path of store.getSnapshot().polls.keys())
      store.poll(path, { at: null, value: null, error: 'Route not found', missing: true });
    for (const key of ['1', '5', '7'])
      expect(screenText(press(modelOf(store), key)).join('\n')).toContain('not available on this server'.slice(0, 20));
    expect(TASKS).toHaveLength(4);
  });
});
