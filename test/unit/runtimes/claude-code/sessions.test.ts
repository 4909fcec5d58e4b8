import { describe, expect, it } from 'vitest';
import { assembleClaude, recordOf } from '../../../../src/runtimes/claude-code/index.js';
import * as fc from '../../../support/property.js';
import { AT, answer, before, call, failure, prompt, result, told } from './lines.js';

const HOME = '/home/dev';
const ROOT = '/home/dev/.claude';
const CWD = '/home/dev/src/harbor';
const TRANSCRIPT = '.claude/projects/-home-dev-src-harbor/s1.jsonl';

type Members = Record<string, unknown>;
type Records = Parameters<typeof assembleClaude>[0];

/** The process of session `s1`, as its record has it. */
function registered(more: Members = {}, root = ROOT): Records['registry'] extends Iterable<infer One> ? One : never {
  const value = { pid: 7, sessionId: 's1', cwd: CWD, procStart: '70', statusUpdatedAt: Date.parse(before(4)), ...more };
  const path = `sessions/${value.pid}.json`;
  const record = recordOf(path, value);
  if (record === null) throw new Error('it is not a record');
  return { root, path, record };
}

function file(lines: unknown[], path = 'projects/-home-dev-src-harbor/s1.jsonl', root = ROOT) {
  return { root, path, state: told(lines, path).state };
}

const assembled = (more: Partial<Records>) =>
  assembleClaude({
    home: HOME,
    files: [],
    registry: [],
    processes: { startOf: (pid) => ({ 7: '70', 8: '80' })[pid] ?? null, holdsLock: () => null },
    now: AT,
    ...more,
  });
const sessions = (more: Partial<Records>) => assembled(more).map(({ session }) => session);
const live = (lines: unknown[], more: Members | null, rest: Partial<Records> = {}) =>
  sessions({ files: [file(lines)], registry: more === null ? [] : [registered(more)], ...rest })[0]?.live;

describe('what a session does', () => {
  it.each<[string, unknown[], Members | null, string, string | null, string | null, Members]>([
    ['no process has it', [answer()], null, 'gone', null, null, { source: 'registry', file: null }],
    [
      'its process is gone',
      [answer()],
      { pid: 9 },
      'gone',
      null,
      null,
      { source: 'process', field: 'pid', value: 'dead' },
    ],
    [
      'another process has its pid',
      [answer()],
      { procStart: '71' },
      'gone',
      null,
      null,
      { source: 'process', field: 'procStart', value: 'other process' },
    ],
    [
      'it waits for a permission',
      [call('t1', 'Bash')],
      { status: 'waiting', waitingFor: 'permission prompt' },
      'waiting',
      'permission',
      before(4),
      { source: 'registry', field: 'waitingFor', value: 'permission prompt', file: '.claude/sessions/7.json' },
    ],
    [
      'it waits for an answer',
      [call('t1', 'AskUserQuestion')],
      { status: 'waiting', waitingFor: 'input needed' },
      'waiting',
      'question',
      before(4),
      { field: 'waitingFor', value: 'input needed' },
    ],
    [
      'its turn ended in an error',
      [failure()],
      { status: 'idle' },
      'error',
      'rate_limit',
      before(5),
      { source: 'transcript', field: 'error', value: 'rate_limit', file: TRANSCRIPT },
    ],
    ['it works after an error', [failure()], { status: 'busy' }, 'working', null, before(4), { value: 'busy' }],
    [
      'its turn ended',
      [answer()],
      { status: 'idle' },
      'waiting',
      'turn_ended',
      before(4),
      { field: 'status', value: 'idle' },
    ],
    [
      'its turn ended long ago',
      [answer()],
      { status: 'idle', statusUpdatedAt: Date.parse(before(30)) },
      'idle',
      'turn_ended',
      before(30),
      {},
    ],
    ['a shell of its runs', [answer()], { status: 'shell' }, 'idle', 'background_shell', before(4), { value: 'shell' }],
    [
      'its process says nothing, and a tool was called',
      [call('t1', 'Bash')],
      {},
      'working',
      'inferred',
      before(5),
      { source: 'transcript', field: 'type', value: 'tool_use', file: TRANSCRIPT },
    ],
    [
      'its process says a new word, and a prompt came',
      [prompt('hello')],
      { status: 'dreaming' },
      'working',
      'inferred',
      before(5),
      { value: 'prompt' },
    ],
    [
      'its process says nothing, and its turn ended',
      [answer()],
      {},
      'waiting',
      'turn_ended',
      before(5),
      { value: 'end' },
    ],
    [
      'its process says nothing, nor does the transcript for long',
      [prompt('hello', { timestamp: before(10) })],
      {},
      'unknown',
      null,
      before(10),
      { source: 'transcript' },
    ],
    [
      'its process says nothing, and the transcript is of tomorrow',
      [prompt('hello', { timestamp: before(-1440) })],
      {},
      'unknown',
      null,
      before(-1440),
      {},
    ],
  ])('when %s', (_, lines, record, status, reason, since, evidence) => {
    expect(live(lines, record)).toMatchObject({ status, reason, since, evidence });
  });

  it('is not known where nobody says which processes there are', () => {
    const processes = { startOf: () => undefined, holdsLock: () => null };
    expect(live([answer()], { status: 'busy' }, { processes })).toMatchObject({ status: 'unknown', since: null });
  });

  it('tells the tool that waits for a permission: the last one without a result, of a subagent too', () => {
    const waits = { status: 'waiting', waitingFor: 'permission prompt' };
    expect(live([call('t1', 'Bash'), call('t2', 'Read'), result('t2')], waits)?.detail).toBe('Bash');
    const main = file([call('t1', 'Agent', { timestamp: before(3) })]);
    const sub = file([call('t2', 'WebFetch', { timestamp: before(2) })], 'projects/-a/s1/subagents/agent-1.jsonl');
    expect(sessions({ files: [main, sub], registry: [registered(waits)] })[0]?.live.detail).toBe('WebFetch');
  });
});

describe('a process that took up another session', () => {
  const old = (more: Members = {}) => [
    prompt('one', { uuid: 'u9', sessionId: 's2', timestamp: before(90), ...more }),
    answer({}, { sessionId: 's2', timestamp: before(1) }),
  ];
  const statuses = (second: unknown[], registry = [registered({ status: 'idle' })]) =>
    sessions({ files: [file([answer()]), file(second, 'projects/-a/s2.jsonl')], registry })
      .map(({ id, live: { status } }) => `${id} ${status}`)
      .toSorted();

  it('has that one: it grew after the record, and the one in the record did not', () => {
    expect(statuses(old())).toEqual(['s1 gone', 's2 waiting']);
  });

  it.each<[string, unknown[]]>([
    ['of another directory', old({ cwd: '/elsewhere' }).map((line) => ({ ...line, cwd: '/elsewhere' }))],
    ['that is a fork of its own', old({ uuid: 'u1' })],
    ['that was not there yet', old({ timestamp: before(2) })],
    ['that did not grow', old().slice(0, 1)],
  ])('does not have a session %s', (_, second) => {
    expect(statuses(second)).toEqual(['s1 waiting', 's2 gone']);
  });

  it('does not have one that another process has', () => {
    const other = registered({ pid: 8, procStart: '80', sessionId: 's2', status: 'busy' });
    expect(statuses(old(), [registered({ status: 'idle' }), other])).toEqual(['s1 waiting', 's2 working']);
  });
});

describe('a session', () => {
  it('is told by its transcript, with its subagents', () => {
    const sub = file([answer({}, { timestamp: before(1) }), failure()], 'projects/-a/s1/subagents/agent-1.jsonl');
    const [session] = sessions({
      files: [
        sub,
        file([{ type: 'ai-title', aiTitle: 'Harbor' }, prompt('hello', { timestamp: before(60) }), answer()]),
      ],
    });
    expect(session).toEqual({
      runtime: 'claude-code',
      agentId: null,
      id: 's1',
      parent: null,
      kind: 'main',
      hidden: false,
      title: 'Harbor',
      cwdRaw: CWD,
      cwd: '~/src/harbor',
      branch: 'main',
      version: '2.1.270',
      started_at: before(60),
      last_at: before(1),
      model: 'claude-opus-4-6',
      context_tokens: 123,
      context_limit: null,
      compactions: 0,
      subagents: 1,
      errors: 1,
      live: expect.objectContaining({ status: 'gone' }),
    });
  });

  it('is one, however many roots have copies of it: the one that goes furthest is told', () => {
    const other = '/home/dev/.config/claude';
    const path = 'projects/-a/s1.jsonl';
    const files = [
      file([prompt('hello', { timestamp: before(60) })], path, other),
      file([answer()], path),
      file([answer()], 'projects/-a/s1/subagents/agent-1.jsonl', other),
      file([answer()], 'projects/-a/s1/subagents/agent-1.jsonl'),
    ];
    expect(sessions({ files })).toMatchObject([{ id: 's1', last_at: before(5), subagents: 1 }]);
    expect(sessions({ files: files.toReversed() })).toMatchObject([{ id: 's1', last_at: before(5), subagents: 1 }]);
  });

  it('is there before it has a line, as long as its process is', () => {
    const records = (pid: number) =>
      sessions({ registry: [registered({ pid, startedAt: AT, version: '2.1.270', status: 'idle' })] });
    expect(records(7)).toMatchObject([
      { id: 's1', cwd: '~/src/harbor', title: null, started_at: before(0), last_at: null, live: { status: 'waiting' } },
    ]);
    expect(records(9)).toEqual([]);
  });

  it('is of the process that is there, when several say that they have it', () => {
    const dead = registered({ pid: 9, status: 'busy', statusUpdatedAt: AT });
    const alive = registered({ status: 'idle' });
    for (const registry of [
      [dead, alive],
      [alive, dead],
    ])
      expect(sessions({ files: [file([answer()])], registry })).toMatchObject([{ live: { status: 'waiting' } }]);
  });

  it('tells evidence below the name of a root that lies elsewhere', () => {
    const found = sessions({ files: [file([answer()])], registry: [registered({ status: 'busy' }, '/srv/claude')] });
    expect(found[0]?.live.evidence.file).toBe('claude/sessions/7.json');
  });
});

describe('a record of a process', () => {
  it.each([
    [null],
    [[]],
    ['busy'],
    [{ pid: 8, sessionId: 's1' }],
    [{ pid: '7', sessionId: 's1' }],
    [{ pid: 7, sessionId: '' }],
    [{ session_id: 's1', cwd: CWD }],
  ])('is not %j', (value) => {
    expect(recordOf('sessions/7.json', value)).toBeNull();
  });

  it('takes nothing of what it does not name', () => {
    const value = {
      pid: 7,
      sessionId: 's1',
      messagingSocketPath: '/run/secret.sock',
      name: 'secret',
      bridgeSessionId: 'secret',
    };
    expect(JSON.stringify(recordOf('sessions/7.json', value))).not.toContain('secret');
  });

  it('is one or none, whatever it holds, and a session can be made of it', () => {
    const known = {
      pid: 7,
      sessionId: 's1',
      cwd: CWD,
      procStart: '70',
      status: 'idle',
      statusUpdatedAt: AT,
      waitingFor: 'x',
    };
    const any = fc.record(
      Object.fromEntries(
        Object.entries(known).map(([key, value]) => [key, fc.oneof(fc.constant(value), fc.anything({ maxDepth: 2 }))]),
      ),
    );
    fc.assert(
      fc.property(fc.oneof(any, fc.anything()), (value) => {
        const record = recordOf('sessions/7.json', value);
        if (record === null) return;
        expect(sessions({ registry: [{ root: ROOT, path: 'sessions/7.json', record }] }).length).toBeLessThan(2);
      }),
    );
  });
});
