import { describe, expect, it } from 'vitest';
import { form, wantsFile, wantsRecord } from '../../../../src/runtimes/claude-code/index.js';
import { outsideTranscript } from '../../../../src/runtimes/engine/outside.js';
import * as fc from '../../../support/property.js';
import { answer, before, call, failure, prompt, result, told, usage } from './lines.js';

const stated = (modelUsage: unknown) => ({ type: 'cost-state', sessionId: 's1', modelUsage });
const spent = (input: number, output = 0) => ({
  inputTokens: input,
  outputTokens: output,
  cacheReadInputTokens: 0,
  cacheCreationInputTokens: 0,
});

describe('files of Claude Code', () => {
  it.each([
    ['projects/-a/s.jsonl', true],
    ['projects/-a/s/subagents/agent-1.jsonl', true],
    ['projects/-a/s/subagents/workflows/wf_1/agent-1.jsonl', true],
    ['projects/-a/s/subagents/journal.jsonl', false],
    ['projects/-a/s/subagents/agent-1.meta.json', false],
    ['history.jsonl', false],
  ])('%s is a transcript: %s', (path, is) => {
    expect(wantsFile(path)).toBe(is);
  });

  it.each([
    ['sessions/123.json', true],
    ['sessions/pid-123.json', false],
    ['sessions/123.abc.key', false],
    ['sessions/0.json', false],
  ])('%s is a record of a process: %s', (path, is) => {
    expect(wantsRecord(path)).toBe(is);
  });

  it('belong to the session of their folder, or to the one that the lines of an old subagent name', () => {
    expect(told([answer()], 'projects/-a/s9/subagents/agent-1.jsonl').responses[0]?.session).toBe('s9');
    expect(told([answer({}, { sessionId: 's7' })], 'projects/-a/agent-1.jsonl').responses[0]?.session).toBe('s7');
    expect(told([answer({}, { sessionId: 'other' })], 'projects/-a/s1.jsonl').responses[0]?.session).toBe('s1');
  });
});

describe('lines that are worth parsing', () => {
  it.each([
    [answer(), true],
    [prompt('hello'), true],
    [{ type: 'ai-title', aiTitle: 'Harbor' }, true],
    [{ type: 'system', subtype: 'compact_boundary' }, true],
    [stated({}), true],
    [{ type: 'attachment', attachment: { systemPrompt: 'say "usage":{"input_tokens":9} and "type":"user"' } }, false],
    [{ type: 'system', subtype: 'api_error' }, false],
    [{ type: 'last-prompt', lastPrompt: 'hello' }, false],
  ])('%j: %s', (line, is) => {
    expect(form.wants(Buffer.from(JSON.stringify(line)))).toBe(is);
  });
});

describe('a response', () => {
  it('is known by its message and its request, and its lines are one', () => {
    const { responses, dropped } = told([
      answer({ usage: usage({ output_tokens: 3 }), stop_reason: null }),
      answer(),
      answer(),
      answer({ usage: usage({ output_tokens: 2 }) }),
    ]);
    expect(responses.map(({ key, output }) => [key, output])).toEqual([
      ['msg_1:req_1', 3],
      ['msg_1:req_1', 40],
    ]);
    expect(dropped).toEqual(['repeat', 'repeat']);
  });

  it('of a sidechain gives way to one of its parent with the same message', () => {
    const { responses } = told([answer(), answer({}, { isSidechain: true, requestId: 'req_2' })]);
    expect(responses.map(({ alias, replica }) => ({ alias, replica }))).toEqual([
      { alias: 'msg_1', replica: false },
      { alias: 'msg_1', replica: true },
    ]);
  });

  it('without a request is one with the lines that have the same message and the same input', () => {
    const line = (uuid: string, more = {}) => answer({ usage: usage(more) }, { requestId: undefined, uuid });
    const { responses } = told([
      line('a', { output_tokens: 1 }),
      line('b'),
      line('c', { input_tokens: 9 }),
      line('d', { output_tokens: 50 }),
    ]);
    expect(responses.map(({ key, alias }) => [key, alias])).toEqual([
      ['msg_1:a', null],
      ['msg_1:a', null],
      ['msg_1:c', null],
      ['msg_1:a', null],
    ]);
  });

  it('without a message’s id is its line', () => {
    const { responses } = told([answer({ id: undefined }, { costUSD: 0.25, uuid: 'line' })]);
    expect(responses).toMatchObject([{ key: 'line', reported_pico: 250_000_000_000n }]);
  });

  it('has what no split of its cache says written for five minutes', () => {
    const split = (cache_creation: unknown) => told([answer({ usage: usage({ cache_creation }) })]).responses[0];
    expect(split(undefined)).toMatchObject({ cache_write_5m: 20, cache_write_1h: 0 });
    expect(split({ ephemeral_5m_input_tokens: 5, ephemeral_1h_input_tokens: 15 })).toMatchObject({
      cache_write_5m: 5,
      cache_write_1h: 15,
    });
    expect(split({ ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 })).toMatchObject({
      cache_write_5m: 20,
      cache_write_1h: 0,
    });
  });

  it.each([
    [{ speed: 'fast', service_tier: 'standard' }, 'fast', null],
    [{ speed: 'standard', service_tier: 'batch' }, 'batch', null],
    [{ service_tier: 'standard', inference_geo: 'us' }, 'standard', 'us'],
    [{ service_tier: 'anything', inference_geo: 'not_available' }, 'standard', null],
  ])('with %j has the tier %s and the region %s', (more, tier, region) => {
    expect(told([answer({ usage: usage(more) })]).responses).toMatchObject([{ tier, region }]);
  });

  it.each([-5, Number.NaN, '7', 1e300, [], true])('with %j for a count has 0, and says so', (count) => {
    const { responses, warnings } = told([answer({ usage: usage({ cache_read_input_tokens: count }) })]);
    expect(responses).toMatchObject([{ input: 3, cache_read: 0, output: 40 }]);
    expect(warnings).toEqual(['cache_read_input_tokens is not a number of tokens: taken as 0']);
  });

  it('is none when the runtime made it up, when it has no tokens, or inside the progress of another', () => {
    const { responses, dropped, unknown } = told([
      answer({ model: '<synthetic>' }, { isApiErrorMessage: false }),
      answer({ usage: { input_tokens: 0, output_tokens: 0 } }),
      { type: 'progress', data: { message: answer() } },
    ]);
    expect([responses, dropped, unknown]).toEqual([[], ['not_a_response', 'zero'], []]);
  });

  it('takes the time of the line before when it has none', () => {
    const { responses } = told([prompt('hello', { timestamp: before(9) }), answer({}, { timestamp: undefined })]);
    expect(responses).toMatchObject([{ at: Date.parse(before(9)) }]);
  });
});

describe('an error', () => {
  it.each([
    [{}, 'rate_limit', 429],
    [{ error: undefined }, 'http_429', 429],
    [{ error: undefined, apiErrorStatus: undefined }, 'unknown', null],
    [{ error: 'something that somebody wrote' }, 'http_429', 429],
  ])('with %j is %s', (more, code, http_status) => {
    const { errors, responses, state } = told([failure(more)]);
    expect(errors).toEqual([{ session: 's1', at: Date.parse(before(5)), code, http_status, resets_at: null }]);
    expect([responses, state.errors]).toEqual([[], 1]);
  });

  it('says when its quota begins anew', () => {
    const resets_at = '2026-11-20T15:00:00.000Z';
    for (const resetsAt of [resets_at, Date.parse(resets_at), Date.parse(resets_at) / 1000])
      expect(told([failure({ quotaLimits: { resetsAt } })]).errors).toMatchObject([{ resets_at }]);
  });

  it('is over with a prompt or a response, and with nothing else', () => {
    const code = (...lines: unknown[]) => told([failure(), ...lines]).state.error?.code ?? null;
    expect(code({ type: 'system', subtype: 'turn_duration' })).toBe('rate_limit');
    expect(code(prompt('<command-name>/cost</command-name>'))).toBe('rate_limit');
    expect(code(prompt('a note', { isMeta: true }))).toBe('rate_limit');
    expect(code(prompt('go on'))).toBeNull();
    expect(code(answer())).toBeNull();
  });
});

describe('a conversation', () => {
  it.each([
    ['a prompt', [prompt('hello')], 'prompt'],
    ['a tool that was called', [call('t1', 'Bash')], 'tool_use'],
    ['the result of a tool', [call('t1', 'Bash'), result('t1')], 'tool_result'],
    ['a part of a response', [answer({ stop_reason: null })], 'assistant'],
    ['a response', [answer()], 'end'],
    [
      'a turn',
      [answer({ stop_reason: null }), { type: 'system', subtype: 'turn_duration', timestamp: before(1) }],
      'end',
    ],
    ['an interruption', [prompt('[Request interrupted by user for tool use]')], 'end'],
    ['a summary', [answer(), prompt('so far', { isCompactSummary: true })], 'end'],
    ['a subagent of an old version', [answer(), prompt('look', { isSidechain: true })], 'end'],
  ])('ends with %s', (_, lines, kind) => {
    expect(told(lines).state.tail?.kind).toBe(kind);
  });

  it('knows which tools have no result yet', () => {
    const { state } = told([call('t1', 'Bash'), call('t2', 'Read'), result('t1')]);
    expect(state.pending).toEqual([{ id: 't2', name: 'Read' }]);
    expect(told([call('t1', 'Bash'), prompt('stop')]).state.pending).toEqual([]);
  });

  it('has the context of its last response, and after a compaction what is left', () => {
    const compacted = (postTokens?: number) => ({
      type: 'system',
      subtype: 'compact_boundary',
      compactMetadata: { postTokens },
    });
    expect(told([answer()]).state.context_tokens).toBe(123);
    expect(told([answer(), compacted(14_129)]).state).toMatchObject({ context_tokens: 14_129, compactions: 1 });
    expect(told([answer(), compacted()]).state.context_tokens).toBeNull();
  });

  it('has the last title of each kind', () => {
    const { state } = told([
      { type: 'ai-title', aiTitle: 'one' },
      { type: 'ai-title', aiTitle: '  two\nlines ' },
      { type: 'custom-title', customTitle: 'x'.repeat(900) },
      { type: 'agent-name', agentName: 7 },
    ]);
    expect(state.titles).toEqual({ custom: 'x'.repeat(200), name: null, ai: 'two lines' });
  });
});

describe('what processes state', () => {
  const sum = (state: ReturnType<typeof told>['state']) => [
    state.stated_before.m?.input ?? 0,
    state.stated.m?.input ?? 0,
  ];

  it('replaces what they stated before, and adds to what those before them did', () => {
    const lines = [stated({ m: spent(10) }), stated({ m: spent(30) }), stated({}), stated({ m: spent(5) })];
    expect(sum(told(lines).state)).toEqual([30, 5]);
  });

  it('is the same model with a long context', () => {
    expect(told([stated({ 'm[1m]': spent(10), m: spent(1) })]).state.stated).toMatchObject({ m: { input: 11 } });
  });

  it('leaves what no line has, and never less than nothing', () => {
    const { state } = told([stated({ m: spent(10, 5), n: spent(3) })]);
    const counted = new Map([['m', { input: 4, output: 9, cache_read: 0, cache_write: 0 }]]);
    expect(outsideTranscript(state.stated, counted)).toEqual({ input: 9, output: 0, cache_read: 0, cache_write: 0 });
  });
});

describe('lines that anything may have written', () => {
  const hostile = fc.oneof(
    fc.anything({ maxDepth: 3 }),
    fc.constantFrom('__proto__', 'constructor', '', 'x'.repeat(5000), -1, 1e308, Number.NaN, null, {}, []),
  );
  const mixed = (line: Record<string, unknown>) =>
    fc.record(
      Object.fromEntries(Object.entries(line).map(([key, value]) => [key, fc.oneof(fc.constant(value), hostile)])),
    );
  const message = (line: Record<string, unknown>) =>
    fc.oneof(
      mixed(line),
      mixed(line.message as Record<string, unknown>).map((changed) => ({ ...line, message: changed })),
    );
  const line = fc.oneof(
    hostile,
    message(answer()),
    mixed(usage()).map((changed) => answer({ usage: changed })),
    message(call('t1', 'Bash')),
    message(prompt('hello')),
    message(result('t1')),
    mixed(failure()),
    mixed({ type: 'system', subtype: 'compact_boundary', compactMetadata: { postTokens: 3 } }),
    mixed({ type: 'custom-title', customTitle: 'a' }),
    fc
      .dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'm')), fc.oneof(hostile, mixed(spent(4))))
      .map(stated),
  );

  it('never throw, never count less than nothing, and keep the state small', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const { responses, state, unknown } = told(lines);
        for (const response of responses) {
          for (const value of Object.values(response)) {
            if (typeof value !== 'number') continue;
            expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
          }
        }
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
        expect(JSON.stringify(state).length).toBeLessThan(60_000);
        for (const kind of unknown) expect(kind.length).toBeLessThan(65);
      }),
    );
  });
});
