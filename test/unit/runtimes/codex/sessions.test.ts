import { describe, expect, it } from 'vitest';
import {
  assembleCodex,
  lockedThreads,
  threadNames,
  wantsDirectory,
  wantsFile,
} from '../../../../src/runtimes/codex/index.js';
import { AT, count, event, item, line, meta, PARENT, PATH, record, THREAD, told, turn, usage } from './lines.js';

const MINUTE = 60_000;
const ROOT = '/home/dev/.codex';
const LOCK = `.codex/thread-writer-locks/${THREAD}.lock`;

interface Given {
  files?: Record<string, unknown[]>;
  lines?: unknown[];
  now?: number;
  root?: string;
  /** Whether a process holds the lock; `absent`: there is no directory of locks. */
  held?: boolean | null | 'absent' | 'no file';
}

function assembled({ files, lines = [], now = AT + MINUTE, root = ROOT, held = true }: Given) {
  const asked: string[] = [];
  const found = assembleCodex({
    home: '/home/dev',
    files: Object.entries(files ?? { [PATH]: [meta(0), ...lines] }).map(([path, each]) => ({
      root,
      path,
      state: told(each, path).state,
    })),
    locks: new Map(held === 'absent' ? [] : [[root, new Set(held === 'no file' ? [] : [THREAD])]]),
    names: new Map([[THREAD, 'harbor walk']]),
    processes: {
      startOf: () => undefined,
      holdsLock: (path) => {
        asked.push(path);
        return held as boolean | null;
      },
    },
    now,
  });
  return { ...found, asked };
}
const liveOf = (given: Given) => assembled(given).sessions[0]?.live;

const started = event(1, 'task_started', { turn_id: 't1' });
const done = event(30, 'task_complete');
const at = (seconds: number) => new Date(AT + seconds * 1000).toISOString();
const byLock = (value: string) => ({ source: 'lock', file: LOCK, field: 'held', value });

describe('files of Codex', () => {
  it.each([
    ['sessions/2026/11/20/rollout-2026-11-20T12-00-00-a.jsonl', true],
    ['sessions/2026/11/20/rollout-2026-11-20T12-00-00-a.jsonl.zst', true],
    ['archived_sessions/rollout-2026-11-20T12-00-00-a.jsonl', true],
    ['archived_sessions/2026/rollout-x.jsonl.zst', true],
    ['sessions/2026/11/20/notes.jsonl', false],
    ['sessions/2026/11/20/rollout-2026-11-20T12-00-00-a.jsonl.tmp', false],
    ['rollout-2026-11-20T12-00-00-a.jsonl', false],
    ['history.jsonl', false],
    ['auth.json', false],
  ])('%s is a rollout: %s', (path, is) => {
    expect(wantsFile(path)).toBe(is);
  });

  it('lie in two directories and nowhere else', () => {
    expect(['sessions', 'sessions/2026', 'archived_sessions'].every(wantsDirectory)).toBe(true);
    expect(['log', 'sessions2', 'thread-writer-locks', ''].some(wantsDirectory)).toBe(false);
  });

  it('lock threads by their names', () => {
    expect(lockedThreads([`${THREAD}.lock`, '.coordination.lock', 'x', '../y.lock', 'z.lock.tmp'])).toEqual(
      new Set([THREAD]),
    );
  });

  it('name threads, the last line first', () => {
    const text = [
      '{"id":"a","thread_name":"one"}',
      '{"id":"b","thread_name":""}',
      'x',
      '7',
      '{"id":"a","thread_name":" two\\n 2 "}',
    ];
    expect(threadNames(text)).toEqual(new Map([['a', 'two 2']]));
  });
});

describe('what a thread does', () => {
  it('is nothing when no process holds its lock', () => {
    const gone = {
      status: 'gone',
      reason: null,
      detail: null,
      since: null,
      evidence: { source: 'lock', file: null, field: null, value: null },
    };
    expect(liveOf({ lines: [started], held: false })).toEqual(gone);
    expect(liveOf({ lines: [started], held: 'no file' })).toEqual(gone);
    expect(assembled({ lines: [started], held: 'no file' }).asked).toEqual([]);
    expect(assembled({ lines: [started] }).asked).toEqual([`${ROOT}/thread-writer-locks/${THREAD}.lock`]);
  });

  it.each([
    ['a turn', [started, item(5, 'reasoning')], 'working', null, null, 5, 'task_started'],
    [
      'a tool',
      [started, item(5, 'function_call', { name: 'exec_command', call_id: 'c' })],
      'working',
      'tool',
      'exec_command',
      5,
      'function_call',
    ],
    ['its last turn', [started, done], 'waiting', 'turn_ended', null, 30, 'task_complete'],
    [
      'a settled turn',
      [started, done, event(40, 'thread_settings_applied')],
      'waiting',
      'turn_ended',
      null,
      30,
      'task_complete',
    ],
    ['a turn after one', [started, done, event(40, 'task_started')], 'working', null, null, 40, 'task_started'],
    ['a turn that was broken off', [started, event(9, 'turn_aborted')], 'idle', 'interrupted', null, 9, 'turn_aborted'],
    ['nothing yet', [], 'idle', null, null, 0, 'session_meta'],
    ['what old versions do not say', [count(3, usage(1, 1), usage(1, 1))], 'unknown', null, null, 3, 'session_meta'],
  ])('is by its lock and %s', (_, lines, status, reason, detail, since, value) => {
    expect(liveOf({ lines })).toEqual({ status, reason, detail, since: at(since), evidence: byLock(value) });
  });

  it('is a question as long as that has no answer, whatever else runs', () => {
    const question = item(5, 'function_call', { name: 'request_user_input', call_id: 'q' });
    const other = item(6, 'function_call', { name: 'exec_command', call_id: 'c' });
    const waiting = {
      status: 'waiting',
      reason: 'question',
      detail: null,
      since: at(5),
      evidence: byLock('request_user_input'),
    };
    expect(liveOf({ lines: [started, question] })).toEqual(waiting);
    expect(liveOf({ lines: [started, question, other] })).toEqual(waiting);
    expect(liveOf({ lines: [started, question, item(9, 'function_call_output', { call_id: 'q' })] })?.status).toBe(
      'working',
    );
  });

  it('is an error until a turn begins', () => {
    const lines = [started, event(30, 'task_complete', { error: { codex_error_info: 'usage_limit_exceeded' } })];
    const error = {
      status: 'error',
      reason: 'usage_limit_exceeded',
      detail: null,
      since: at(30),
      evidence: { source: 'transcript', file: `.codex/${PATH}`, field: 'error', value: 'usage_limit_exceeded' },
    };
    expect(liveOf({ lines })).toEqual(error);
    expect(liveOf({ lines, now: AT + 60 * MINUTE })).toEqual(error);
    expect(liveOf({ lines: [...lines, event(50, 'thread_settings_applied')] })).toEqual(error);
    expect(liveOf({ lines: [...lines, event(50, 'task_started')] })?.status).toBe('working');
  });

  it('is idle half an hour after its last turn', () => {
    expect(liveOf({ lines: [started, done], now: AT + 30_000 + 30 * MINUTE - 1 })?.status).toBe('waiting');
    expect(liveOf({ lines: [started, done], now: AT + 30_000 + 30 * MINUTE })).toMatchObject({
      status: 'idle',
      reason: 'turn_ended',
    });
    expect(liveOf({ lines: [started, done], now: AT - 60 * MINUTE })?.status).toBe('idle');
  });

  it.each([['absent'], [null]] as const)('is by its last lines where locks say nothing (%s)', (held) => {
    const evidence = (value: string) => ({ source: 'transcript', file: `.codex/${PATH}`, field: 'type', value });
    const call = item(5, 'function_call', { name: 'exec_command', call_id: 'c' });
    expect(liveOf({ lines: [started, call], held })).toEqual({
      status: 'working',
      reason: 'inferred',
      detail: 'exec_command',
      since: at(5),
      evidence: evidence('function_call'),
    });
    expect(liveOf({ lines: [started, done], held })).toMatchObject({ status: 'waiting', reason: 'turn_ended' });
    expect(liveOf({ lines: [started, call], held, now: AT + 11 * MINUTE })).toEqual({
      status: 'unknown',
      reason: null,
      detail: null,
      since: at(5),
      evidence: evidence('function_call'),
    });
  });

  it('is never told by an absolute path', () => {
    const { evidence } = liveOf({ lines: [started], root: '/data/codex' }) ?? {};
    expect(evidence?.file).toBe(`codex/thread-writer-locks/${THREAD}.lock`);
  });
});

describe('a thread', () => {
  const folder = 'sessions/2026/11/20';
  const name = (start: string, rest = '') => `rollout-2026-11-20T${start}-${THREAD}${rest}.jsonl`;

  it('is what its files say together, the last one first', () => {
    const { sessions, stated } = assembled({
      files: {
        [`${folder}/${name('13-00-00', '_x')}`]: [
          meta(3600, { cli_version: '0.159.0', timestamp: at(3600), history_base: {} }),
          turn(3601, 't2', 'gpt-6-astra'),
          event(3602, 'task_started', { turn_id: 't2', model_context_window: 1000 }),
          record(3610, 'resp_2', usage(5, 5), { thread_token_usage: usage(10, 10) }),
          count(3610, usage(90, 5), usage(90, 5)),
        ],
        [`${folder}/${name('12-00-00')}`]: [
          meta(0, { cli_version: '0.147.0', git: { branch: 'main' } }),
          turn(1, 't1'),
          started,
          line(5, 'compacted', {}),
          event(9, 'task_complete', { error: { codex_error_info: 'other' } }),
        ],
      },
      now: AT + 3620_000,
    });
    expect(sessions).toMatchObject([
      {
        id: THREAD,
        title: 'harbor walk',
        cwdRaw: '/home/dev/src/harbor',
        cwd: '~/src/harbor',
        version: '0.159.0',
        model: 'gpt-6-astra',
        started_at: at(0),
        last_at: at(3610),
        context_tokens: 95,
        context_limit: 1000,
        compactions: 1,
        errors: 1,
        live: { status: 'working', since: at(3610) },
      },
    ]);
    expect(stated).toEqual(new Map([[THREAD, 20]]));
  });

  it('has its subagents, and what was not read yet is not there', () => {
    const child = { id: PARENT, parent_thread_id: THREAD };
    const { sessions } = assembled({
      files: { [PATH]: [meta(0)], 'sessions/rollout-b.jsonl': [meta(5, child)], 'sessions/rollout-c.jsonl': [] },
    });
    expect(sessions.map(({ id, parent, subagents }) => [id, parent, subagents])).toEqual([
      [THREAD, null, 1],
      [PARENT, THREAD, 0],
    ]);
  });

  it('is read once of its copies: plain before packed, in use before archived', () => {
    const failed = (seconds: number) => [meta(0), event(seconds, 'task_complete', { error: {} })];
    const archive = `archived_sessions/${name('12-00-00')}`;
    const copies: [string, unknown[]][] = [
      [`${archive}.zst`, failed(1)],
      [`${PATH}.zst`, failed(2)],
      [archive, failed(3)],
      [PATH, failed(4)],
    ];
    for (const each of [copies, copies.toReversed()]) {
      const { sessions } = assembled({ files: Object.fromEntries(each) });
      expect(sessions).toMatchObject([{ errors: 1, last_at: at(4) }]);
    }
    expect(assembled({ files: Object.fromEntries(copies.slice(0, 3)) }).sessions).toMatchObject([
      { errors: 1, last_at: at(3) },
    ]);
  });
});

describe('quotas', () => {
  it('are the newest that any file says', () => {
    const says = (seconds: number, used: number) => [
      meta(0),
      event(seconds, 'token_count', { rate_limits: { primary: { used_percent: used } } }),
    ];
    const { quotas } = assembled({
      files: { 'sessions/rollout-a.jsonl': says(9, 40), 'sessions/rollout-b.jsonl': says(7, 90) },
    });
    expect(quotas).toEqual([
      { runtime: 'codex', name: 'primary', used_percent: 40, window_minutes: null, resets_at: null, at: at(9) },
    ]);
  });
});
