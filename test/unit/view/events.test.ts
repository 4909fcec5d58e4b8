import { alertOf } from '../../support/alerts.js';
import * as fc from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import { EVENT_TYPES, type EventType } from '../../../src/protocol/index.js';
import { eventWords } from '../../../src/view/index.js';

const PATH = 'mission-control/TASK_QUEUE.md';
const evidence = { file: 'state.json', field: 'status', value: 'active' };
const task = (text: string, status = 'pending') => ({ text, status });

type Case = [type: string, data: unknown, glyph: string, who: string, text: string];

const LIVE: Case[] = [
  [
    'agent_status',
    { agent: 'tester', status: 'active', previous: 'busy', evidence },
    '●',
    'tester',
    'busy → active  state.json status',
  ],
  [
    'agent_status',
    { agent: 'a', status: 'busy', evidence, details: { tasks: [{ title: 'Map the zones' }] } },
    '◐',
    'a',
    'busy · Map the zones',
  ],
  [
    'agent_status',
    { agent: 'a', status: 'idle', evidence, details: { tasks: [] } },
    '○',
    'a',
    'idle  state.json status',
  ],
  ['agent_status', { agent: 'a', status: 'unknown', evidence: null }, '·', 'a', 'unknown'],
  ['agent_removed', { agent: 'guest' }, '·', 'guest', 'its directory is gone'],
  [
    'agent_activity',
    { agent: 'a', activity: { action: 'task_done', task: 'rename my_var' } },
    '·',
    'a',
    'task done  rename my_var',
  ],
  ['agent_activity', { agent: 'a', activity: { action: 'wrote', file: 'a.md' } }, '·', 'a', 'wrote  a.md'],
  ['agent_position', { positions: { a: { x: 1, y: 2, zone: 'z' } } }, '·', 'office', '1 has a place'],
  ['agent_position', { positions: { a: {}, b: {} } }, '·', 'office', '2 have a place'],
  [
    'task_update',
    { path: PATH, added: [task('Dig')], changed: [task('Fill', 'in_progress')], removed: [] },
    '·',
    'tasks',
    '+ Dig, in progress: Fill',
  ],
  [
    'task_update',
    { path: PATH, added: [], changed: [task('Fill', 'completed')], removed: [] },
    '✓',
    'tasks',
    'completed: Fill',
  ],
  [
    'task_update',
    { path: PATH, added: [], changed: [task('Fill', 'failed')], removed: [task('Dig')] },
    '✕',
    'tasks',
    'failed: Fill, − Dig',
  ],
  [
    'task_update',
    { path: PATH, added: [1, 2, 3, 4].map(() => task('x')), changed: [], removed: [] },
    '·',
    'tasks',
    `${PATH}: 4 added`,
  ],
  ['task_update', { path: PATH, added: [], changed: [], removed: [], moved: [{}] }, '·', 'tasks', `${PATH} changed`],
  ['notification', { id: 'n', title: 'Bad', message: 'very', level: 'error' }, '✕', 'error', 'Bad: very'],
  ['notification', { id: 'n', title: '', message: 'look', level: 'warning', agent: 'api' }, '▲', 'api', 'look'],
  ['notification_ack', { id: 'n', acknowledged_at: '' }, '✓', 'bell', 'notification n was acknowledged'],
  ['system_metric', { metric: 'health', value: null, unit: 'ratio' }, '·', 'metric', 'health – ratio'],
  ['system_metric', { metric: 'health', value: 11 / 12, unit: 'ratio' }, '·', 'metric', 'health 0.916667 ratio'],
  ['file_change', { path: 'README.md', kind: 'changed' }, '·', 'file', 'changed README.md'],
  ['backup_update', { id: 'b', state: 'started' }, '·', 'backup', 'b started'],
  ['backup_update', { id: 'b', state: 'completed' }, '✓', 'backup', 'b completed'],
  ['backup_update', { id: 'b', state: 'failed', action: 'verify' }, '✕', 'backup', 'b: verify failed'],
  ['alert', alertOf(), '✕', 'api', 'api is in error'],
  ['alert', alertOf({ agent: null, severity: 'warning', summary: 'disk low' }), '▲', 'alert', 'disk low'],
  ['alert', alertOf({ acknowledged_at: '2026' }), '✓', 'api', 'acknowledged: api is in error'],
  ['alert', alertOf({ state: 'resolved' }), '✓', 'api', 'over: api is in error'],
  ['alert', alertOf({ updated_at: '2026-01-02T03:05:05.000Z' }), '✕', 'api', 'still: api is in error'],
];

/** Rows of the log keep less of an event, and hold what the server itself noted. */
const LOGGED: Case[] = [
  ['agent_status', { status: 'error', previous: 'busy' }, '✕', '–', 'busy → error'],
  ['agent_activity', { action: 'noted', task: 'x' }, '·', '–', 'noted  x'],
  [
    'task_update',
    { path: PATH, added: [{ id: 'T1' }], changed: [], removed: ['T2', 'T3'] },
    '·',
    'tasks',
    `${PATH}: 1 added, 2 removed`,
  ],
  [
    'service_started',
    { version: '0.1.0', port: 8080, inner: { a: 1 }, ready: true },
    '·',
    'service_started',
    'version=0.1.0 port=8080 ready=true',
  ],
  ['alarm', { title: 'Fire', message: 'in the hall', agent: 'api' }, '·', 'api', 'Fire: in the hall'],
  ['odd', null, '·', 'odd', ''],
];

describe('what an event says', () => {
  it.each([...LIVE, ...LOGGED])('%s %j', (type, data, glyph, who, text) => {
    const said = eventWords(type, data);
    expect([said.sign.glyph, said.who, said.text]).toEqual([glyph, who, text]);
  });

  it('says what it is about where nothing beside it does', () => {
    expect(eventWords('agent_position', { positions: {} }).alone).toBe('office: 0 have a place');
    expect(eventWords('backup_update', { id: 'b', state: 'completed' }).alone).toBe('backup b completed');
    expect(eventWords('agent_removed', { agent: 'guest' }).alone).toBe('its directory is gone');
  });

  it('has a case for every type', () => {
    expect(new Set(LIVE.map(([type]) => type))).toEqual(new Set(EVENT_TYPES));
  });

  it('never throws, whatever a server of another version sends', () => {
    const type = fc.oneof(fc.constantFrom<EventType>(...EVENT_TYPES), fc.string());
    const names = [
      'agent',
      'status',
      'evidence',
      'details',
      'tasks',
      'activity',
      'positions',
      'added',
      'level',
      'state',
      'action',
    ];
    const data = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...names), fc.jsonValue()));
    fc.assert(
      fc.property(type, data, (name, value) => {
        const { sign, who, text, alone } = eventWords(name, value);
        expect([sign.glyph, who, text, alone].map((part) => typeof part)).toEqual(Array(4).fill('string'));
      }),
      { numRuns: Number(process.env.MC_TEST_RUNS ?? 200) },
    );
  });
});
