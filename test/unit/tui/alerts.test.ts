import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../src/protocol/index.js';
import { update } from '../../../src/tui/update.js';
import type { Model, ScreenName } from '../../../src/tui/model.js';
import { alertOf } from '../../support/alerts.js';
import { at, live, liveStore, modelOf, press, screenText, typed } from './models.js';
import { answerAll } from './polls-data.js';

const DISK = alertOf({
  rule: 'disk_low',
  severity: 'critical',
  since: at(720),
  summary: 'the disk of the database has 0.8 GB left',
  evidence: 'disk_free_bytes 0.8 GB, limit 1 GB',
});
const STALE = alertOf({
  rule: 'agent_stale',
  severity: 'warning',
  agent: 'watchman',
  since: at(840),
  summary: 'watchman says it works, but gives no sign',
  evidence: 'state.json status: active',
});
const QUIET = alertOf({ rule: 'health_score', since: at(7200), silenced_until: at(-3600), summary: 'health is 0.61' });

function office(alerts: readonly Alert[] = [STALE, DISK, QUIET], options = {}) {
  const store = liveStore();
  answerAll(store);
  for (const [n, alert] of alerts.entries()) store.frame(live(n + 1, { type: 'alert', data: alert }, at(5)));
  return { store, model: modelOf(store, { columns: 80, rows: 24 }, options) };
}

const text = (model: Model, size = model.size) => screenText({ ...model, size }, size).join('\n');
const requestOf = (model: Model, ...keys: string[]) => {
  const last = keys.at(-1) ?? '';
  const { effects } = update(press(model, ...keys.slice(0, -1)), { type: 'key', key: last });
  return effects.flatMap((effect) => (effect.type === 'request' ? effect.request.call : []));
};

describe('alerts that fire', () => {
  const sizes = [
    { columns: 80, rows: 24 },
    { columns: 120, rows: 40 },
  ];
  const shown: [ScreenName, string][] = [
    ['overview', '1'],
    ['notifications', '8'],
  ];
  it.each(shown.flatMap(([name, key]) => sizes.map((size) => ({ name, key, size }))))(
    'on $name at $size.columns x $size.rows',
    async ({ name, key, size }) => {
      const lines = screenText({ ...press(office().model, key), size }, size);
      const file = `screens/alerts-${name}-${size.columns}x${size.rows}.txt`;
      await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(file);
    },
  );

  it('stand above the notifications, loudest first, and need a person in the overview', () => {
    const bell = text(press(office().model, '8'));
    const places = ['disk_low: ', 'health_score: ', 'agent_stale: ', 'error rate 0.31'].map((words) =>
      bell.indexOf(words),
    );
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    const overview = text(office().model, { columns: 200, rows: 50 });
    expect(overview).toMatch(/NEEDS A PERSON {2}4/);
    expect(text(office().model)).toMatch(/NEEDS A PERSON {2}4 {3}2 more on screens 2 and 8/);
    const taller = text(office().model, { columns: 80, rows: 32 });
    expect(taller).toMatch(/NEEDS A PERSON {2}4 +\n/);
    expect(taller).toContain('RECENT');
    expect(text(office().model, { columns: 80, rows: 10 })).toMatch(/NEEDS A PERSON[^]*disk_low/);
    expect(overview).toMatch(/✕ disk_low +the disk of the database has 0\.8 GB left · firing since 13:56/);
  });

  it('are found by the words of the filter', () => {
    const found = text(press(office().model, '8', '/', ...typed('alert silenced'), 'enter'));
    expect(found).toContain('firing, silenced for 1h · health_score');
    expect(found).toContain('· 1 shown ·');
    expect(text(press(office().model, '8', '/', ...typed('watchman'), 'enter'))).toContain('agent_stale: ');
  });

  it('are opened whole', () => {
    expect(text(press(office().model, '8', 'enter'))).toContain('"rule": "disk_low"');
  });
});

describe('the banner', () => {
  const banner = (model: Model) => text(model).split('\n')[3] ?? '';

  it('names the critical alert on every screen, until somebody has seen to it', () => {
    const { store, model } = office();
    for (const key of ['1', '2', '3', '4', '5', '6', '7']) {
      expect(banner(press(model, key))).toMatch(/^ ✕ CRITICAL 12m disk_low: the disk .* 8 lists them $/);
    }
    expect(banner(press(model, '8'))).toMatch(/ a acknowledges $/);
    const before = banner(modelOf(liveStore()));
    store.frame(live(9, { type: 'alert', data: { ...DISK, acknowledged_at: at(1) } }));
    expect(banner(modelOf(store))).toBe(before);
  });

  it('is not there for milder ones, for silenced and muted ones, and for those that are over', () => {
    const calm = banner(modelOf(liveStore()));
    for (const alert of [STALE, { ...DISK, silenced_until: at(-60) }, { ...DISK, muted: true }])
      expect(banner(office([alert]).model)).toBe(calm);
    const { store } = office([DISK]);
    store.frame(live(9, { type: 'alert', data: { ...DISK, state: 'resolved', resolved_at: at(0) } }));
    expect(banner(modelOf(store))).toBe(calm);
  });

  it('counts the others', () => {
    const other = alertOf({ rule: 'database_set_aside', severity: 'critical', since: at(60) });
    expect(banner(office([DISK, other]).model)).toMatch(/^ ✕ CRITICAL \(\+1 more\) 12m disk_low/);
  });

  it.each([1, 2, 3, 5, 9, 10, 24])('leaves a window of %i rows full, and a click where it was aimed at', (rows) => {
    for (const columns of [1, 20, 59, 60, 80]) {
      const lines = screenText({ ...office().model, size: { columns, rows } }, { columns, rows });
      expect(lines).toHaveLength(rows);
    }
  });

  it('moves clicks down with the list', () => {
    const model = press(office().model, '2');
    const lines = text(model).split('\n');
    const y = lines.findIndex((line) => line.includes(' tester '));
    const { model: after } = update(model, { type: 'mouse', event: { kind: 'click', x: 5, y } });
    expect(after.lists.agents.cursor).toBe('tester');
  });
});

describe('an alert under the cursor', () => {
  it('is acknowledged for everyone', () => {
    expect(requestOf(office().model, '8', 'a')).toEqual([
      { route: 'ackAlert', params: { rule: 'disk_low' }, body: {} },
    ]);
    expect(requestOf(office([STALE]).model, '8', 'space')).toEqual([
      { route: 'ackAlert', params: { rule: 'agent_stale' }, body: { agent: 'watchman' } },
    ]);
    const known = office([{ ...DISK, acknowledged_at: at(3) }]).model;
    expect(requestOf(known, '8', 'a')).toEqual([]);
    expect(text(press(known, '8', 'a'))).toContain('it is acknowledged already');
  });

  it('goes with the notifications when all that is shown is acknowledged, but for what is silenced', () => {
    const routes = requestOf(office().model, '8', 'A').map(({ route }) => route);
    expect(routes.filter((route) => route === 'ackAlert')).toHaveLength(2);
    expect(routes.filter((route) => route === 'ackNotification')).toHaveLength(2);
  });

  it('is silenced for as long as is answered, with the reason', () => {
    const asked = press(office([STALE]).model, '8', 's');
    expect(text(asked)).toContain('silence agent_stale of watchman: how long, and why');
    expect(requestOf(asked, ...typed('2h on holiday'), 'enter')).toEqual([
      {
        route: 'silenceAlert',
        params: { rule: 'agent_stale' },
        body: { for: '2h', reason: 'on holiday', agent: 'watchman' },
      },
    ]);
    expect(requestOf(asked, ...typed('1d'), 'enter')).toMatchObject([
      { body: { for: '1d', reason: 'silenced in the dashboard' } },
    ]);
  });

  it('is not silenced for what is not a duration, nor when Esc is pressed', () => {
    const asked = press(office([STALE]).model, '8', 's');
    expect(requestOf(asked, ...typed('soon'), 'enter')).toEqual([]);
    expect(text(press(asked, ...typed('soon'), 'enter'))).toContain('"soon" is not a duration: write 30m, 2h or 7d');
    expect(press(asked, 'escape').prompt).toBeNull();
  });

  it('is an alert: notifications are not silenced, and nothing is with --readonly', () => {
    expect(text(press(office([]).model, '8', 's'))).toContain('only an alert can be silenced');
    const readonly = office([DISK], { readonly: true }).model;
    expect(press(readonly, '8', 's').prompt).toBeNull();
    expect(requestOf(readonly, '8', 'a')).toEqual([]);
  });
});
