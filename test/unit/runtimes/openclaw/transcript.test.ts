import { describe, expect, it } from 'vitest';
import type { ErrorFact, Findings, Response } from '../../../../src/runtimes/facts.js';
import { takeLine } from '../../../../src/runtimes/openclaw/entries.js';
import { beginTranscript, type Telling, type TranscriptState } from '../../../../src/runtimes/openclaw/transcript.js';
import { usageOf } from '../../../../src/runtimes/openclaw/usage.js';
import * as fc from '../../../support/property.js';

const AT = '2026-11-20T11:00:00.000Z';

function listen() {
  const heard = { responses: [] as Response[], errors: [] as ErrorFact[], said: [] as string[] };
  const findings: Findings = {
    response: (response) => heard.responses.push(response),
    error: (error) => heard.errors.push(error),
    dropped: (reason) => heard.said.push(`dropped ${reason}`),
    unknown: (kind) => heard.said.push(`unknown ${kind}`),
    warning: (reason) => heard.said.push(reason),
  };
  const read = { lines: 0, malformed: 0 };
  const telling: Telling = { agentId: 'main', session: 's1', findings, firstError: () => true };
  const take = (state: TranscriptState, entry: unknown) =>
    takeLine(state, Buffer.from(typeof entry === 'string' ? entry : JSON.stringify(entry)), null, { telling, read });
  return { heard, read, take };
}

function answer(usage: unknown, more: Record<string, unknown> = {}) {
  return {
    type: 'message',
    id: 'e1',
    timestamp: AT,
    message: { role: 'assistant', model: 'm', provider: 'p', usage, ...more },
  };
}

function responseOf(entry: unknown): Response | undefined {
  const { heard, take } = listen();
  take(beginTranscript(), entry);
  return heard.responses[0];
}

describe('usage', () => {
  it.each([
    [{ input: 3, output: 4, cacheRead: 5, cacheWrite: 6 }, [3, 4, 5, 6]],
    [{ inputTokens: 3, outputTokens: 4, cache_read: 5, cache_write: 6 }, [3, 4, 5, 6]],
    [{ input_tokens: 3, output_tokens: 4, cache_read_input_tokens: 5, cache_creation_input_tokens: 6 }, [3, 4, 5, 6]],
    [{ promptTokens: 3, completionTokens: 4, cached_tokens: 5 }, [3, 4, 5, 0]],
    [{ prompt_tokens: 3, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 5 } }, [3, 4, 5, 0]],
    [{ input: 0, input_tokens: 3, output: -1, output_tokens: 4 }, [3, 4, 0, 0]],
  ])('is read from %j', (usage, [input, output, cacheRead, cacheWrite]) => {
    expect(usageOf({ message: { usage } })).toMatchObject({ input, output, cacheRead, cacheWrite, doubtful: false });
    expect(usageOf({ usage })).toMatchObject({ input, output, cacheRead, cacheWrite });
  });

  it.each([-5, '7', Number.MAX_VALUE, true, {}])('that is %j counts nothing and is doubted', (input) => {
    expect(usageOf({ message: { usage: { input, output: 2 } } })).toMatchObject({
      input: 0,
      output: 2,
      doubtful: true,
    });
  });

  it.each([
    [{ total: 0.5 }, 500_000_000_000n],
    [0.25, 250_000_000_000n],
    [{ total: 0 }, null],
    [0, null],
    [undefined, null],
    [{ total: -1 }, null],
    ['1', null],
  ])('has the cost %j as reported: %s', (cost, expected) => {
    expect(usageOf({ message: { usage: { input: 1, cost } } })?.reportedPico).toBe(expected);
  });
});

describe('entries', () => {
  it('are responses by their id, time and counts, whatever session has them', () => {
    expect(responseOf(answer({ input: 3, output: 4 }))).toMatchObject({
      key: `main:e1:${Date.parse(AT)}:3:4`,
      alias: null,
      replica: false,
      session: 's1',
      at: Date.parse(AT),
      model: 'm',
      provider: 'p',
    });
  });

  it('that mirror a thread of Codex give way to it', () => {
    const entry = answer({ input: 3 }, { idempotencyKey: 'codex-app-server:thread-1:turn-1:assistant' });
    expect(responseOf(entry)).toMatchObject({ alias: 'thread:main:thread-1', replica: true });
  });

  it.each([
    ['all counts are 0', answer({ input: 0, output: 0 }), 'dropped zero'],
    ['OpenClaw said it itself', answer({ input: 5 }, { provider: 'openclaw' }), 'dropped not_a_response'],
    ['it was put in', answer({ input: 5 }, { model: 'gateway-injected' }), 'dropped not_a_response'],
    ['it copies what was delivered', answer({ input: 5 }, { model: 'delivery-mirror' }), 'dropped not_a_response'],
    ['it has no usage', answer(undefined), 'dropped not_a_response'],
  ])('are no response when %s', (_, entry, said) => {
    const { heard, take } = listen();
    take(beginTranscript(), entry);
    expect(heard).toEqual({ responses: [], errors: [], said: [said] });
  });

  it.each(['error', 'aborted', 'timeout'])('are errors when they stopped by %s', (stopReason) => {
    const { heard, take } = listen();
    const state = beginTranscript();
    take(state, answer({ input: 0 }, { stopReason }));
    expect(heard.errors).toEqual([
      { session: 's1', at: Date.parse(AT), code: stopReason, http_status: null, resets_at: null },
    ]);
    expect(state).toMatchObject({ errors: 1, tail: { kind: stopReason, at: Date.parse(AT) } });
  });

  it('of kinds that nobody knows are named, and those of no use are not', () => {
    const { heard, take } = listen();
    const state = beginTranscript();
    for (const type of ['custom', 'thinking_level_change', 'brand_new', 'session_info']) take(state, { type });
    expect(heard.said).toEqual(['unknown brand_new']);
  });

  it('begin a session with its first line, not with what it copied', () => {
    const { take } = listen();
    const state = beginTranscript();
    take(state, { type: 'session', id: 's1', timestamp: AT, cwd: '/home/dev/ws' });
    take(state, { ...answer({ input: 1 }), timestamp: '2026-11-01T00:00:00.000Z' });
    expect(state).toMatchObject({ started: Date.parse(AT), last: Date.parse(AT), cwd: '/home/dev/ws' });
  });

  const odd = fc.oneof(
    fc.constantFrom('message', 'assistant', 'user', 'session', 'compaction', 'codex-app-server:a:b', AT, 'error', ''),
    fc.double(),
    fc.bigInt().map(Number),
    fc.boolean(),
    fc.constant(null),
  );
  const names = [
    'type',
    'id',
    'timestamp',
    'role',
    'usage',
    'input',
    'output',
    'cost',
    'total',
    'stopReason',
    'model',
    'cwd',
  ];
  const inner = fc.dictionary(fc.constantFrom(...names, 'idempotencyKey', 'provider'), fc.oneof(odd, fc.jsonValue()), {
    maxKeys: 8,
  });
  const message = inner.chain((fields) => inner.map((usage) => ({ role: 'assistant', ...fields, usage })));
  const entry = fc.oneof(
    fc.jsonValue(),
    inner,
    fc.record(
      { type: fc.constant('message'), timestamp: fc.oneof(odd, fc.constant(AT)), message },
      { requiredKeys: ['type', 'message'] },
    ),
  );

  it('of any shape never throw, and never count below zero', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
        const { heard, take } = listen();
        const state = beginTranscript();
        for (const each of entries) take(state, each);
        for (const { input, output, cache_read, cache_write_5m, at } of heard.responses) {
          for (const count of [input, output, cache_read, cache_write_5m])
            expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
          expect(Number.isSafeInteger(at)).toBe(true);
        }
        expect(state.errors).toBe(heard.errors.length);
      }),
      { numRuns: 300 },
    );
  });

  it('give the same when what is kept of them was written down in between', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
        const [whole, halves] = [listen(), listen()];
        const one = beginTranscript();
        let other = beginTranscript();
        for (const each of entries) {
          whole.take(one, each);
          halves.take(other, each);
          other = JSON.parse(JSON.stringify(other));
        }
        expect(other).toEqual(one);
        expect(halves.heard).toEqual(whole.heard);
      }),
      { numRuns: 200 },
    );
  });
});
