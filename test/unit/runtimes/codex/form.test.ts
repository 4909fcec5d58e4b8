import { describe, expect, it } from 'vitest';
import { form } from '../../../../src/runtimes/codex/index.js';
import * as fc from '../../../support/property.js';
import {
  AT,
  count,
  event,
  item,
  line,
  meta,
  PARENT,
  PATH,
  record,
  THREAD,
  told,
  tokens,
  turn,
  usage,
} from './lines.js';

const forked = { forked_from_id: PARENT, parent_thread_id: PARENT, source: { subagent: { thread_spawn: {} } } };

describe('a cumulative count', () => {
  it('is a response when it says what came last, and none when it repeats', () => {
    const cached = { cached_input_tokens: 40, reasoning_output_tokens: 2 };
    const found = told([
      meta(0, { model_provider: 'openai' }),
      turn(1, 't1'),
      event(1, 'token_count', { info: null }),
      count(2, usage(100, 5, cached), usage(100, 5, cached)),
      count(3, usage(100, 5, cached), usage(100, 5, cached)),
      count(4, usage(130, 9, cached), usage(30, 4)),
    ]);
    expect(tokens(found)).toEqual([
      [60, 40, 5],
      [30, 0, 4],
    ]);
    expect(found.responses[0]).toMatchObject({
      session: THREAD,
      at: AT + 2000,
      model: 'gpt-5.2',
      provider: 'openai',
      reasoning: 2,
      tier: 'standard',
    });
    expect(found.dropped).toEqual(['not_a_response', 'repeat']);
  });

  it('counts by the difference where that is all there is, and anew when it falls', () => {
    const found = told([meta(0), count(1, usage(100, 5)), count(2, usage(130, 9)), count(3, usage(20, 1))]);
    expect(tokens(found)).toEqual([
      [100, 0, 5],
      [30, 0, 4],
      [20, 0, 1],
    ]);
  });

  it('has the same key in every copy of the file, and another one in another thread', () => {
    const lines = [meta(0), count(1, usage(100, 5), usage(100, 5))];
    const [one] = told(lines).responses;
    expect(told(lines, `archived_sessions/${PATH.slice(20)}.zst`).responses[0]?.key).toBe(one?.key);
    expect(told([meta(0, { id: PARENT }), ...lines.slice(1)]).responses[0]?.key).not.toBe(one?.key);
  });

  it('goes on over billions of tokens', () => {
    const found = told([meta(0), count(1, usage(4e9, 5), usage(100, 5)), count(2, usage(4e9 + 50, 6), usage(50, 1))]);
    expect(tokens(found)).toEqual([
      [100, 0, 5],
      [50, 0, 1],
    ]);
    expect(found.warnings).toEqual([]);
  });

  it('takes a field that is no count for 0, and says so', () => {
    const found = told([
      meta(0),
      count(1, usage(100, 5), usage(100, 5, { cached_input_tokens: -7, output_tokens: 'x' })),
    ]);
    expect(tokens(found)).toEqual([[100, 0, 0]]);
    expect(found.warnings).toEqual([
      'cached_input_tokens is not a count of tokens: taken for 0',
      'output_tokens is not a count of tokens: taken for 0',
    ]);
  });

  it('is none when it says nothing, has no total, or more than there can be', () => {
    const found = told([
      meta(0),
      count(1, usage(100, 5), usage(0, 0)),
      count(2, undefined, usage(1, 1)),
      count(3, usage(9e9, 5)),
    ]);
    expect(tokens(found)).toEqual([]);
    expect(found.dropped).toEqual(['zero', 'not_a_response', 'not_a_response']);
  });

  it('is of a cache that is written and read, which are inside what goes in', () => {
    const used = usage(100, 5, { cached_input_tokens: 60, cache_write_input_tokens: 30 });
    expect(told([meta(0), count(1, used, used)]).responses[0]).toMatchObject({
      input: 10,
      cache_read: 60,
      cache_write_5m: 30,
      cache_write_1h: 0,
    });
  });
});

describe('a record of a response', () => {
  it('counts instead of counts, from the first one on', () => {
    const found = told([
      meta(0),
      turn(0, 't1'),
      count(1, usage(100, 5), usage(100, 5)),
      record(2, 'resp_1', usage(30, 4)),
      count(2, usage(130, 9), usage(30, 4)),
      record(3, 'resp_2', usage(20, 1)),
    ]);
    expect(tokens(found)).toEqual([
      [100, 0, 5],
      [30, 0, 4],
      [20, 0, 1],
    ]);
    expect(found.responses.slice(1).map(({ key }) => key)).toEqual(['response:resp_1', 'response:resp_2']);
    expect(found.dropped).toEqual(['replica']);
  });

  it('is a copy when it is of another thread, and leaves counts as they are', () => {
    const found = told([
      meta(0),
      record(1, 'resp_0', usage(9, 9), { thread_id: PARENT }),
      count(2, usage(5, 1), usage(5, 1)),
    ]);
    expect(tokens(found)).toEqual([[5, 0, 1]]);
    expect(found.dropped).toEqual(['fork']);
  });

  it('has the model of its turn, also when another turn has begun', () => {
    const found = told([
      meta(0),
      turn(0, 't1', 'gpt-5.2'),
      turn(1, 't2', 'gpt-6-astra'),
      record(2, 'resp_1', usage(1, 1)),
      record(3, 'resp_2', usage(1, 1), { turn_id: 't2' }),
      record(4, 'resp_3', usage(1, 1), { turn_id: 't9' }),
    ]);
    expect(found.responses.map(({ model }) => model)).toEqual(['gpt-5.2', 'gpt-6-astra', 'gpt-6-astra']);
  });

  it('is known by what it says where it has no id', () => {
    const lines = [meta(0), record(1, '', usage(1, 1)), record(2, '', usage(1, 1))];
    const keys = told(lines).responses.map(({ key }) => key);
    expect(new Set(keys).size).toBe(2);
    expect(told(lines).responses.map(({ key }) => key)).toEqual(keys);
  });

  it('without usage is none, and that is said', () => {
    const found = told([meta(0), record(1, 'resp_1', null)]);
    expect(found).toMatchObject({
      responses: [],
      dropped: ['not_a_response'],
      warnings: ['a record of a response has no usage'],
    });
  });

  it('says what the whole thread has used', () => {
    expect(told([meta(0), record(1, 'resp_1', usage(1, 1), { thread_token_usage: usage(3e9, 7) })]).state.stated).toBe(
      3e9 + 7,
    );
  });
});

describe('a fork', () => {
  const own = [turn(9, 't2'), count(12, usage(130, 9), usage(30, 4))];

  it('whose history is copied in one burst counts what comes after, and goes on from its total', () => {
    const found = told([
      meta(0, forked),
      meta(0, { id: PARENT }),
      turn(0, 't1'),
      count(0, usage(100, 5), usage(100, 5)),
      ...own,
    ]);
    expect(tokens(found)).toEqual([[30, 0, 4]]);
    expect(found.dropped).toEqual(['replay']);
    const totals = told([meta(0, forked), count(0.1, usage(100, 5)), count(12, usage(130, 9))]);
    expect(tokens(totals)).toEqual([[30, 0, 4]]);
  });

  it('is told by the second identity alone, and by a burst that goes on for long', () => {
    const history = Array.from({ length: 60 }, (_, n) => count(5 + n * 0.09, usage(100 + n, 5), usage(100, 5)));
    const found = told([
      meta(0),
      meta(5, { id: PARENT }),
      ...history,
      turn(12, 't2'),
      count(14, usage(230, 9), usage(71, 4)),
    ]);
    expect(tokens(found)).toEqual([[71, 0, 4]]);
    expect(found.dropped).toHaveLength(60);
  });

  it('whose total begins at zero, or is inherited, counts what came last', () => {
    expect(tokens(told([meta(0, forked), turn(2, 't1'), count(5, usage(30, 4), usage(30, 4))]))).toEqual([[30, 0, 4]]);
    expect(tokens(told([meta(0, forked), turn(2, 't1'), count(5, usage(9e8, 4), usage(30, 4))]))).toEqual([[30, 0, 4]]);
  });

  it('that says only an inherited total counts nothing for it, and says so', () => {
    const found = told([meta(0, forked), count(5, usage(100, 5)), count(8, usage(130, 9))]);
    expect(tokens(found)).toEqual([[30, 0, 4]]);
    expect(found.dropped).toEqual(['fork']);
    expect(found.warnings).toHaveLength(1);
  });

  it('that says where its own lines begin has nothing from below', () => {
    const at = (ordinal: number) => ({ ordinal });
    const found = told([
      meta(0, { ...forked, subagent_history_start_ordinal: 4 }, at(0)),
      meta(1, { id: PARENT, cwd: '/elsewhere' }, at(1)),
      line(2, 'turn_context', { turn_id: 't0', model: 'parents' }, at(2)),
      record(3, 'resp_0', usage(9, 9), {}, at(3)),
      line(4, 'turn_context', { turn_id: 't1', model: 'own' }, at(4)),
      record(5, 'resp_1', usage(1, 1), {}, at(5)),
    ]);
    expect(found.responses.map(({ model, key }) => [model, key])).toEqual([['own', 'response:resp_1']]);
    expect(found.state).toMatchObject({ cwd: '/home/dev/src/harbor', thread: THREAD, parent: PARENT });
    expect(found.dropped).toEqual(['fork']);
  });

  it('has none of the errors, compactions and quotas of the history that is copied', () => {
    const found = told([
      meta(0, forked),
      count(0, usage(100, 5), usage(100, 5), { rate_limits: { primary: { used_percent: 5 } } }),
      line(0, 'compacted', { message: '' }),
      event(0, 'task_complete', { error: { codex_error_info: 'usage_limit_exceeded' } }),
    ]);
    expect(found.errors).toEqual([]);
    expect(found.state).toMatchObject({ errors: 0, error: null, compactions: 0, limits: {}, context_tokens: null });
  });
});

describe('turns', () => {
  it('imported from another program count nothing, and counting goes on after them', () => {
    const found = told([
      meta(0),
      event(1, 'task_started', { turn_id: 'external-import-turn-1' }),
      count(2, usage(100, 5), usage(100, 5)),
      event(3, 'task_complete', { error: { codex_error_info: 'other' } }),
      record(4, 'resp_0', usage(9, 9), { turn_id: 'external-import-turn-1' }),
      event(5, 'task_started', { turn_id: 't1' }),
      record(6, 'resp_1', usage(1, 1)),
    ]);
    expect(found.responses.map(({ key }) => key)).toEqual(['response:resp_1']);
    expect(found.dropped).toEqual(['replay', 'replay']);
    expect(found.errors).toEqual([]);
  });

  it.each([
    ['usage_limit_exceeded', 'usage_limit_exceeded', null],
    [{ http_connection_failed: { http_status_code: 502 } }, 'http_connection_failed', 502],
    [{ response_stream_disconnected: { http_status_code: null } }, 'response_stream_disconnected', null],
    [null, 'unknown', null],
    ['a sentence with sk-secret', 'unknown', null],
  ])('end in an error: %j is %s', (info, code, http_status) => {
    const { errors, state } = told([
      meta(0),
      event(7, 'task_complete', { error: { message: 'x', codex_error_info: info } }),
    ]);
    expect(errors).toEqual([{ session: THREAD, at: AT + 7000, code, http_status, resets_at: null }]);
    expect(state).toMatchObject({ errors: 1, error: code, phase: 'complete' });
  });

  it('hold calls until their outputs are there', () => {
    const calls = [
      item(1, 'function_call', { name: 'exec_command', call_id: 'c1' }),
      item(2, 'custom_tool_call', { name: 'apply_patch', call_id: 'c2' }),
      item(3, 'local_shell_call', { call_id: 'c3' }),
      item(4, 'web_search_call', { status: 'completed' }),
    ];
    const names = (lines: unknown[]) =>
      told([meta(0), event(0, 'task_started'), ...lines]).state.calls.map(({ name }) => name);
    expect(names(calls)).toEqual(['exec_command', 'apply_patch', 'local_shell']);
    const outputs = [
      item(5, 'function_call_output', { call_id: 'c1' }),
      item(6, 'custom_tool_call_output', { call_id: 'c2' }),
    ];
    expect(names([...calls, ...outputs])).toEqual(['local_shell']);
    expect(names([...calls, event(7, 'turn_aborted')])).toEqual([]);
    expect(
      names(Array.from({ length: 99 }, (_, n) => item(n, 'function_call', { name: `f${n}`, call_id: `c${n}` }))),
    ).toHaveLength(32);
  });
});

describe('the context', () => {
  it('is full as the last count says, and not known after a compaction', () => {
    const full = count(1, usage(100, 5), usage(90, 5), { info: undefined });
    expect(told([meta(0), full]).state.context_tokens).toBeNull();
    const lines = [
      meta(0),
      event(1, 'task_started', { model_context_window: 1000 }),
      count(2, usage(100, 5), usage(90, 5)),
    ];
    expect(told(lines).state).toMatchObject({ context_tokens: 95, context_limit: 1000, compactions: 0 });
    const compacted = [...lines, line(3, 'compacted', { message: '' })];
    expect(told(compacted).state).toMatchObject({ context_tokens: null, compactions: 1 });
    expect(told([...compacted, count(4, usage(100, 5), usage(0, 0))]).state.context_tokens).toBeNull();
    expect(told([...compacted, count(4, usage(120, 5), usage(20, 0))]).state.context_tokens).toBe(20);
  });
});

describe('quotas', () => {
  const limits = (seconds: number, used: unknown, more = {}) =>
    event(seconds, 'token_count', {
      info: null,
      rate_limits: { primary: { used_percent: used, ...more }, secondary: null },
    });

  it('are as they were said last', () => {
    const { state } = told([
      meta(0),
      limits(1, 50),
      limits(3, 97, { window_minutes: 300, resets_at: AT / 1000 + 60 }),
      limits(2, 60),
      limits(9, 'most'),
    ]);
    expect(state.limits).toEqual({
      primary: { used_percent: 97, window_minutes: 300, resets_at: AT + 60_000, at: AT + 3000 },
    });
  });

  it('reset after so many seconds in older versions, and have a name where there are several', () => {
    expect(told([meta(0), limits(1, 5, { resets_in_seconds: 60 })]).state.limits.primary?.resets_at).toBe(AT + 61_000);
    const other = { limit_id: 'codex_spark', primary: { used_percent: 3 } };
    const { state } = told([meta(0), event(1, 'token_count', { info: null, rate_limits: other })]);
    expect(Object.keys(state.limits)).toEqual(['codex_spark:primary']);
  });
});

describe('who began a thread', () => {
  it.each([
    [{ source: 'cli', thread_source: 'user' }, 'main', false, null],
    [{ source: 'vscode' }, 'main', false, null],
    [{ source: 'cli', forked_from_id: PARENT }, 'main', false, null],
    [{ source: { subagent: { thread_spawn: { parent_thread_id: PARENT } } } }, 'subagent', false, PARENT],
    [{ source: { subagent: 'review' }, parent_thread_id: PARENT }, 'review', true, PARENT],
    [{ source: { subagent: 'memory_consolidation' } }, 'subagent', true, null],
    [{ source: { subagent: { other: 'guardian' } } }, 'review', true, null],
    [{ thread_source: 'guardian_review' }, 'review', true, null],
    [{ parent_thread_id: '../../../x' }, 'main', false, null],
  ])('%j: %s', (origin, kind, hidden, parent) => {
    expect(told([meta(0, origin)]).state).toMatchObject({ kind, hidden, parent });
  });

  it('is known by the first identity, or the name of the file; an id that cannot be one is not taken', () => {
    expect(told([meta(0, { id: PARENT }), meta(60)]).state.thread).toBe(PARENT);
    expect(told([turn(0, 't1')]).state.thread).toBe(THREAD);
    expect(told([meta(0, { id: '../../auth' })]).state.thread).toBe(THREAD);
    expect(told([], 'sessions/rollout-odd.jsonl').state.thread).toBe('rollout-odd');
  });
});

describe('lines', () => {
  const read = (value: unknown) => form.read?.(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

  it('are read by their heads where that is enough', () => {
    const long = { type: 'message', content: [{ text: 'secret "payload":{"type":"token_count"}' }] };
    expect(read(line(0, 'response_item', long))).toEqual({
      timestamp: '2026-11-20T12:00:00.000Z',
      type: 'response_item',
      payload: { type: 'message' },
    });
    expect(read(line(0, 'compacted', { message: 'x', replacement_history: [1, 2] }, { ordinal: 7 }))).toEqual({
      timestamp: '2026-11-20T12:00:00.000Z',
      ordinal: 7,
      type: 'compacted',
      payload: {},
    });
    expect(read(line(0, 'event_msg', { type: 'agent_message' }))).toMatchObject({ payload: { type: 'agent_message' } });
  });

  it('are read whole where they count, and where they begin in another way', () => {
    for (const each of [
      meta(0),
      turn(1, 't1'),
      record(1, 'resp_1', usage(1, 1)),
      count(1, usage(1, 1)),
      event(1, 'task_complete', { error: { codex_error_info: 'other' } }),
      item(1, 'function_call', { name: 'f', call_id: 'c' }),
      item(1, 'function_call_output', { call_id: 'c', output: 'x' }),
      line(1, 'event_msg', { info: null, type: 'token_count' }),
      { type: 'event_msg', payload: { type: 'agent_message', message: 'm' }, timestamp: 'x' },
      { odd: true },
    ]) {
      expect(read(each)).toEqual(each);
    }
  });

  it('that are malformed are not read', () => {
    for (const text of [
      '{"timestamp":"2026-11-20T12:00:00.000Z","type":"compacted","payload":{"message":"cut',
      '{"a":',
      'x',
    ]) {
      expect(() => read(text)).toThrow(SyntaxError);
    }
  });

  it('without a time are of the time of the one before', () => {
    const found = told([
      meta(0),
      event(5, 'task_started'),
      { ...record(0, 'resp_1', usage(1, 1)), timestamp: undefined },
    ]);
    expect(found.responses[0]?.at).toBe(AT + 5000);
    expect(told([{ ...record(0, 'r', usage(1, 1)), timestamp: 7 }]).responses[0]?.at).toBe(AT);
  });

  it('of kinds that are not known are counted, and named by a word alone', () => {
    expect(told([line(0, 'world_state', {}), line(0, 'my secret', {}), 7, null, [], {}]).unknown).toEqual([
      'world_state',
      'with a type that is not a word',
      ...Array.from({ length: 4 }, () => 'without a type'),
    ]);
  });

  const field = fc.constantFrom(
    'type',
    'payload',
    'timestamp',
    'info',
    'usage',
    'total_token_usage',
    'rate_limits',
    'primary',
    'call_id',
    'id',
  );
  const value = fc.oneof(
    fc.constantFrom(
      'session_meta',
      'event_msg',
      'token_count',
      'function_call',
      THREAD,
      '__proto__',
      -1,
      1e300,
      Number.NaN,
      null,
    ),
    fc.jsonValue({ maxDepth: 1 }),
  );
  const anything = fc.letrec((tie) => ({
    node: fc.oneof({ maxDepth: 2 }, value, fc.dictionary(field, tie('node')), fc.array(tie('node'), { maxLength: 3 })),
  })).node;
  const wild = fc.oneof(
    anything,
    fc
      .tuple(
        fc.integer({ min: -5, max: 20 }),
        fc.constantFrom(
          'session_meta',
          'turn_context',
          'token_usage_record',
          'event_msg',
          'response_item',
          'compacted',
        ),
        anything,
      )
      .map(([seconds, type, payload]) => line(seconds, type, payload)),
    fc
      .tuple(fc.nat(20), anything, anything)
      .map(([seconds, total, last]) => count(seconds, usage(50, 5, { input_tokens: total }), last)),
    fc
      .tuple(fc.nat(20), anything)
      .map(([seconds, used]) => record(seconds, 'resp', usage(1, 1, { cached_input_tokens: used }))),
    fc
      .tuple(fc.nat(20), anything)
      .map(([seconds, limit]) => event(seconds, 'token_count', { rate_limits: { primary: limit } })),
    fc.tuple(fc.nat(20), anything).map(([seconds, error]) => event(seconds, 'task_complete', { error })),
    fc.constant(meta(0, forked)),
    fc.constant(meta(0, { subagent_history_start_ordinal: Number.POSITIVE_INFINITY })),
  );

  it('of any shape are taken without harm, and the state survives being kept between any two', () => {
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 8 }), fc.nat(8), (lines, cut) => {
        const whole = told(lines);
        for (const response of whole.responses) {
          for (const [name, tokens] of Object.entries(response)) {
            if (typeof tokens === 'number') expect(tokens, name).toBeGreaterThanOrEqual(0);
          }
          expect(Number.isSafeInteger(response.input + response.output + response.cache_read)).toBe(true);
        }
        const before = told(lines.slice(0, cut));
        const after = told(lines.slice(cut), PATH, JSON.parse(JSON.stringify(before.state)));
        expect(after.state).toEqual(whole.state);
        expect([...before.responses, ...after.responses]).toEqual(whole.responses);
      }),
    );
  });
});
