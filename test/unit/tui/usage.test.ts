import { describe, expect, it } from 'vitest';
import { callPath, type RestCall } from '../../../src/client/index.js';
import { widthOf } from '../../../src/base/text.js';
import { agentStatusData, type McEvent, type Quota } from '../../../src/protocol/index.js';
import type { Model } from '../../../src/tui/model.js';
import { agentSessions, RUNTIMES, usageCall } from '../../../src/tui/polls.js';
import { wantedPolls } from '../../../src/tui/screens/index.js';
import { tabAt } from '../../../src/tui/chrome/header.js';
import { runtimesIn, sessionOf, sumOf } from '../../support/used.js';
import { agent, at, live, liveStore, modelOf, NOW, press, screenText, typed } from './models.js';
import { USED } from './polls-data.js';

const TODAY: RestCall = usageCall({ by: 'agent', since: 'today' }, NOW);
const NOTHING = { ...USED, groups: [], total: sumOf({ responses: 0 }), unpriced_models: [], cost_basis: null };
const READ = { done_bytes: 9, total_bytes: 9 };

const HARBOR = agent('claude-code:harbor', {
  runtime: 'claude-code',
  normalized_status: 'waiting',
  status: 'waiting',
  since: at(720),
  evidence: { file: '.claude/sessions/37505.json', field: 'status', value: 'waiting' },
  waiting_for: 'permission to use Bash',
  live: {
    status: 'waiting',
    reason: 'permission',
    detail: 'Bash',
    since: at(720),
    evidence: { source: 'registry', file: '.claude/sessions/37505.json', field: 'status', value: 'waiting' },
  },
});

/** A dashboard of a server that answers these calls, and knows these agents. */
function dashboard(answers: readonly (readonly [RestCall, unknown])[] = [], agents = [HARBOR]) {
  const store = liveStore();
  agents.forEach((each, index) => {
    store.frame(
      live(index + 1, { type: 'agent_status', data: agentStatusData(each) } satisfies Partial<McEvent>, at(3)),
    );
  });
  for (const [call, value] of answers) store.poll(callPath(call), { at: NOW, value, error: null, missing: false });
  return modelOf(store);
}

const text = (model: Model, size = { columns: 120, rows: 40 }) => screenText({ ...model, size }, size).join('\n');
const asked = (model: Model) => wantedPolls(model).map(({ call }) => callPath(call));

describe('the screen of use', () => {
  const used = () =>
    press(
      dashboard([
        [TODAY, USED],
        [RUNTIMES, runtimesIn('reading')],
      ]),
      '9',
    );

  it('is on 9, and a word after the colon', () => {
    expect(used().screen).toBe('usage');
    expect(press(dashboard(), ':', ...typed('usage'), 'enter').screen).toBe('usage');
  });

  it('shows the largest first, and what has a price as the least that it costs', () => {
    const shown = text(used());
    expect(shown).toMatch(/claude-code:harbor +412 .*\$61\.20/);
    expect(shown.indexOf('claude-code:harbor')).toBeLessThan(shown.indexOf('codex:pier'));
    expect(shown).toMatch(/codex:pier .* –/);
    expect(shown).toMatch(/total .*≥ \$61\.20/);
    expect(shown).toContain('costs are list prices, not a bill · without a price: gpt-5.9');
  });

  it('says how far older records are read, until they are', () => {
    expect(text(used())).toContain('older records are still being read (42% of');
    const read = dashboard([[TODAY, { ...USED, backfill: READ }]]);
    expect(text(press(read, '9'))).not.toContain('being read');
  });

  it('asks only while it is shown, by what the keys chose', () => {
    const model = dashboard();
    expect(asked(model).join(' ')).not.toMatch(/usage|runtimes/);
    const path = (...keys: string[]) => asked(press(model, '9', ...keys)).find((each) => each.startsWith('/api/usage'));
    expect(path()).toBe('/api/usage?by=agent&since=2026-02-17T00%3A00%3A00.000Z');
    expect(path('right')).toBe('/api/usage?by=agent&since=7d');
    expect(path('right', 'right', 'right', 'b')).toBe('/api/usage?by=model&since=30d');
    expect(path('right', 'left', 'left', 'B')).toContain('by=runtime&since=2026-02-17');
    expect(path('b', 'b', 'right')).toBe('/api/usage?by=project&since=7d');
    expect(asked(press(model, '9'))).toContain('/api/runtimes');
  });

  it('filters, and opens the agent under the cursor', () => {
    const filtered = press(used(), '/', ...typed('pier'), 'enter');
    expect(text(filtered)).toContain('1 of 2 agents');
    expect(text(filtered)).not.toContain('harbor ');
    expect(text(press(used(), '/', ...typed('dance'), 'enter'))).toContain('nothing passes this filter');
    expect(press(used(), 'enter')).toMatchObject({ screen: 'agent', agent: 'claude-code:harbor' });
    expect(text(press(used(), 'down', 'enter'))).toContain('only an agent that is there can be opened');
  });

  it('draws how full a quota is, and nothing of one whose window is over', () => {
    const quota = (name: string, known: Partial<Quota>): Quota => ({
      runtime: 'codex',
      name,
      used_percent: 42,
      window_minutes: 300,
      resets_at: new Date(NOW + 7_440_000).toISOString(),
      at: at(180),
      ...known,
    });
    const quotas = [quota('primary', {}), quota('secondary', { used_percent: 97, resets_at: at(3600) })];
    const shown = text(
      press(
        dashboard([
          [TODAY, USED],
          [RUNTIMES, runtimesIn('reading', quotas)],
        ]),
        '9',
      ),
    );
    expect(shown).toMatch(/codex primary +█{8}░{12} 42% of 5h · anew in 2h 04m · as of 3m/);
    expect(shown).toMatch(/codex secondary +– · began anew 1h ago/);
    expect(shown).not.toContain('97%');
  });

  it('says what to do where there is nothing', () => {
    const of = (usage: unknown, runtimes: unknown) =>
      text(
        press(
          dashboard([
            [TODAY, usage],
            [RUNTIMES, runtimes],
          ]),
          '9',
        ),
      );
    expect(of(NOTHING, runtimesIn('absent'))).toContain('no runtime was found: mc doctor');
    expect(of(NOTHING, runtimesIn('disabled'))).toContain('no runtime is read: mc serve --runtimes all');
    expect(of(NOTHING, runtimesIn('reading'))).toContain('nothing yet: the records are being read');
    expect(of({ ...NOTHING, backfill: READ }, runtimesIn('reading'))).toContain('nothing was used today: → looks');
    expect(of(USED, runtimesIn('absent'))).toContain('claude-code:harbor');
    const failed = of(USED, runtimesIn('failed', [], ['prices.json: is not JSON']));
    expect(failed).toContain('codex cannot be read: mc doctor says why');
    expect(text(press(dashboard(), '9'))).toContain('usage: asking…');
  });

  it('says so when the server has no such route, and takes any answer', () => {
    const store = liveStore();
    store.poll(callPath(TODAY), { at: null, value: null, error: 'no', missing: true });
    expect(text(press(modelOf(store), '9'))).toContain('usage: not available on this server');
    for (const odd of [1, 'text', [], { groups: [null, 4, { agent: 7, total: 'x' }] }, { total: { cost_usd: 4 } }])
      expect(
        text(
          press(
            dashboard([
              [TODAY, odd],
              [RUNTIMES, odd],
            ]),
            '9',
          ),
        ),
      ).toContain('[agent]');
  });
});

describe('the sessions of an agent', () => {
  const SESSIONS = {
    sessions: [
      sessionOf('one', {
        title: 'Light the pier',
        model: 'claude-opus-4-6',
        context_tokens: 84_000,
        context_limit: 200_000,
        usage: sumOf({ output: 1_200_000, cost_usd: '8.3', responses: 4, unpriced_responses: 1 }),
        live: HARBOR.live ?? sessionOf('x').live,
      }),
      sessionOf('two'),
    ],
    summary: { total: 12 },
  };
  const opened = (answers: readonly (readonly [RestCall, unknown])[], agents = [HARBOR]) =>
    press(dashboard(answers, agents), ':', ...typed(`agent ${agents[0]?.id}`), 'enter');

  it('are told with status, reason, model, context, tokens, cost and evidence', () => {
    const wide = text(opened([[agentSessions(HARBOR.id), SESSIONS]]), { columns: 100, rows: 60 });
    expect(wide).toContain('SESSIONS  12  of claude-code');
    expect(wide).toContain('? Light the pier');
    expect(wide).toContain(
      'waiting: permission (Bash) for 12m  claude-opus-4-6  context 42%  tokens 1.2M  cost ≥ $8.30',
    );
    expect(wide).toContain('evidence: registry .claude/sessions/37505.json status="waiting"');
    expect(wide).toMatch(/◐ two/);
    expect(wide).toContain('and 10 more: mc sessions --agent claude-code:harbor');
    expect(wide).toContain('waits for permission to use Bash');
  });

  it('are asked for while the page of a runtime’s agent is shown, and of no other', () => {
    expect(asked(opened([]))).toContain('/api/sessions?agent=claude-code%3Aharbor&limit=20');
    const plain = agent('plain', {});
    expect(asked(opened([], [plain])).join(' ')).not.toContain('/api/sessions');
    expect(text(opened([], [plain]))).not.toContain('SESSIONS');
  });

  it('are said to be none, and may be answered by anything', () => {
    expect(text(opened([[agentSessions(HARBOR.id), { sessions: [] }]]))).toContain('none in the last 24 hours');
    const odd = { sessions: [null, { id: 'bare' }, { id: 'x', live: { status: 7, evidence: [] }, usage: 4 }] };
    expect(text(opened([[agentSessions(HARBOR.id), odd]]))).toMatch(/· bare/);
  });
});

describe('who waits', () => {
  it('needs a person when it asks for something, and not when its turn ended', () => {
    const ended = agent('claude-code:attic', {
      ...HARBOR,
      id: 'claude-code:attic',
      waiting_for: null,
      live: HARBOR.live && { ...HARBOR.live, reason: 'turn_ended', detail: null },
    });
    const shown = text(press(dashboard([], [HARBOR, ended]), '1'), { columns: 200, rows: 50 });
    expect(shown).toMatch(/claude-code:harbor permission to use Bash · waiting since/);
    expect(shown).not.toMatch(/claude-code:attic/);
  });
});

describe('the line of tabs', () => {
  const tabs = (columns: number) => screenText(press(dashboard(), '9'), { columns, rows: 24 })[1] ?? '';

  it('names all nine screens at 80 columns', () => {
    expect(tabs(80)).toBe('1 Overview 2 Agents 3 Office 4 Tasks 5 Metrics 6 Events 7 Backups 8 Bell 9 Usage');
    expect(tabs(79).trim()).toBe('1 2 3 4 5 6 7 8 9 Usage');
  });

  it.each([80, 81, 83, 89, 91, 120, 200])('fits %i columns, and a click finds each name', (columns) => {
    const model = { ...press(dashboard(), '9'), size: { columns, rows: 24 } };
    const line = tabs(columns);
    expect(widthOf(line)).toBe(columns);
    for (const [name, label] of [
      ['overview', '1 Overview'],
      ['notifications', '8 Bell'],
      ['usage', '9 Usage'],
    ] as const)
      expect(tabAt(model, line.indexOf(label) + 1)).toBe(name);
  });
});
