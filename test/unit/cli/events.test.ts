import { alertOf } from '../../support/alerts.js';
import { describe, expect, it } from 'vitest';
import { eventText } from '../../../src/cli/print/events.js';
import { readPosition } from '../../../src/cli/reach/tail.js';
import { terminalOf } from '../../../src/cli/print/terminal.js';
import { EVENT_TYPES, type EventType, type McEvent } from '../../../src/protocol/index.js';

const pipe = terminalOf({}, {});

const DATA: { [T in EventType]: unknown } = {
  agent_status: {
    agent: 'tester',
    status: 'active',
    previous: 'busy',
    evidence: { file: 'state.json', field: 'status', value: 'active' },
  },
  agent_removed: { agent: 'guest' },
  agent_activity: { agent: 'builder', activity: { action: 'task done', task: 'Map the zones' } },
  agent_position: { positions: { a: { x: 1, y: 2, zone: 'z' } } },
  task_update: { path: 'mission-control/TASK_QUEUE.md', added: [{}], changed: [], removed: [{}, {}], moved: [] },
  notification: { id: 'n', title: 'Bad', message: 'very', level: 'error', data: {} },
  notification_ack: { id: 'n', acknowledged_at: '' },
  system_metric: { metric: 'health', value: null, unit: 'ratio', timestamp: '' },
  file_change: { path: 'README.md', kind: 'changed' },
  backup_update: { id: 'b', state: 'completed' },
  alert: alertOf(),
};

const eventOf = (type: EventType, data: unknown = DATA[type]) =>
  ({ type, timestamp: '2026-02-18T06:00:05Z', data, source: 's', epoch: 'e', seq: 1 }) as McEvent;

describe('eventText', () => {
  it.each([
    ['agent_status', '●', 'tester', 'busy → active  state.json status'],
    ['agent_removed', '·', 'guest', 'its directory is gone'],
    ['agent_activity', '·', 'builder', 'task done  Map the zones'],
    ['agent_position', '·', 'office', '1 has a place'],
    ['task_update', '·', 'tasks', 'mission-control/TASK_QUEUE.md: 1 added, 2 removed'],
    ['notification', '✕', 'error', 'Bad: very'],
    ['notification_ack', '✓', 'bell', 'notification n was acknowledged'],
    ['system_metric', '·', 'metric', 'health – ratio'],
    ['file_change', '·', 'file', 'changed README.md'],
    ['backup_update', '✓', 'backup', 'b completed'],
    ['alert', '✕', 'api', 'api is in error'],
  ] as const)('tells a %s', (type, glyph, who, what) => {
    expect(eventText(eventOf(type), pipe)).toMatch(/^\d\d:\d\d:05 {2}/);
    expect(eventText(eventOf(type), pipe).slice(10)).toBe(`${glyph} ${who.padEnd(12)} ${what}`);
  });

  it('knows every type, each on one line that cannot steer the terminal', () => {
    for (const type of EVENT_TYPES) expect(eventText(eventOf(type), pipe)).not.toContain('\n');
    const nasty = eventOf('agent_activity', { agent: 'a\u001b[2J\n', activity: { action: '\u009b31m' } });
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    expect(eventText(nasty, pipe)).not.toMatch(/[\u001b\u009b\n]/);
  });

  it('colours trouble only', () => {
    const colours = terminalOf({}, { FORCE_COLOR: '1' });
    expect(eventText(eventOf('notification'), colours)).toContain('\u001b[31m');
    expect(eventText(eventOf('agent_status'), colours)).not.toContain('\u001b[31m');
  });
});

describe('readPosition', () => {
  it('takes positions and nothing else', () => {
    expect(readPosition('k3f9:12')).toBe('k3f9:12');
    expect(readPosition(undefined)).toBeUndefined();
    expect(() => readPosition('24h')).toThrow(expect.objectContaining({ code: 'usage', exit: 2 }));
  });
});
