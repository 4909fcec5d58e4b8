import * as fc from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import {
  EVENT_TYPES,
  isJournalled,
  isSnapshotFrame,
  parseChannels,
  parseClientFrame,
  parseServerFrame,
  type ServerFrame,
} from '../../../src/protocol/index.js';

const numRuns = 200 * Number(process.env['MC_TEST_RUNS'] ?? 1);

function parse(frame: unknown) {
  return parseClientFrame(JSON.stringify(frame));
}

describe('parseClientFrame', () => {
  it('never throws, whatever comes, and gives a reason for what it refuses', () => {
    const types = fc.constantFrom('ping', 'subscribe', 'unsubscribe', 'request_agent_status', 'auth', 'publish', 'x');
    const nearly = fc.record(
      {
        type: types,
        channels: fc.jsonValue(),
        agents: fc.jsonValue(),
        channel: fc.jsonValue(),
        agent_id: fc.jsonValue(),
        token: fc.jsonValue(),
        event: fc.oneof(fc.constant('notification'), fc.jsonValue()),
        data: fc.jsonValue(),
        id: fc.jsonValue(),
      },
      { requiredKeys: ['type'] },
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      nearly.map((frame) => JSON.stringify(frame)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseClientFrame(text);
        if (parsed.ok) expect(typeof parsed.frame.type).toBe('string');
        else expect(parsed).toMatchObject({ code: 'bad_frame', message: expect.stringMatching(/./) as string });
      }),
      { numRuns },
    );
  });

  it('reads every frame of an old client', () => {
    expect(parse({ type: 'ping' })).toEqual({ ok: true, frame: { type: 'ping' } });
    expect(parse({ type: 'subscribe', channel: 'agents' })).toEqual({
      ok: true,
      frame: { type: 'subscribe_old', channel: 'agents' },
    });
    expect(parse({ type: 'request_agent_status', agent_id: 'a' })).toEqual({
      ok: true,
      frame: { type: 'request_agent_status', agent: 'a' },
    });
  });

  it('reads every frame of ours', () => {
    expect(parse({ type: 'auth', token: 't' })).toEqual({ ok: true, frame: { type: 'auth', token: 't' } });
    expect(parse({ type: 'unsubscribe', channels: ['notification'], agents: ['a'] })).toEqual({
      ok: true,
      frame: { type: 'unsubscribe', channels: ['notification'], agents: ['a'] },
    });
    expect(parse({ type: 'subscribe', channels: ['*'] })).toEqual({
      ok: true,
      frame: { type: 'subscribe', channels: [...EVENT_TYPES], agents: null },
    });
    const publish = { type: 'publish', event: 'notification', data: { message: 'm' } };
    expect(parse({ ...publish, id: 'x' })).toEqual({ ok: true, frame: { ...publish, id: 'x' } });
    expect(parse({ ...publish, id: {} })).toEqual({ ok: true, frame: { ...publish, id: null } });
  });

  it.each([
    [[], 'a frame is a JSON object'],
    [{}, 'a frame has a "type"'],
    [{ type: 'x'.repeat(100) }, `unknown type "${'x'.repeat(40)}"`],
    [{ type: 'auth' }, '"auth" needs "token", a string'],
    [{ type: 'request_agent_status' }, '"request_agent_status" needs "agent_id", a string'],
    [{ type: 'subscribe' }, '"subscribe" needs "channels" or "agents"'],
    [{ type: 'subscribe', channels: [1] }, '"channels" and "agents" are lists of strings'],
    [{ type: 'subscribe', agents: 'a' }, '"channels" and "agents" are lists of strings'],
    [{ type: 'subscribe', channels: ['nope'] }, `unknown channel "nope"; known: ${EVENT_TYPES.join(', ')}`],
    [{ type: 'publish', event: 'agent_removed', data: {} }, expect.stringMatching(/^"publish" needs "event"/)],
    [{ type: 'publish', event: 'notification', data: [] }, '"publish" needs "data", an object'],
  ])('refuses %j', (frame, message) => {
    expect(parse(frame)).toEqual({ ok: false, code: 'bad_frame', message });
  });
});

describe('server frames', () => {
  it('never throw, and are null when they are none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        const frame = parseServerFrame(text);
        if (frame) expect(typeof frame.type).toBe('string');
      }),
      { numRuns },
    );
    expect(['', '[]', 'null', '{"type":1}'].map(parseServerFrame)).toEqual([null, null, null, null]);
  });

  it('are events of the journal, parts of a snapshot, or neither', () => {
    const base = { type: 'agent_removed', timestamp: 't', data: { agent: 'a' }, source: 's' } as const;
    const event = { ...base, epoch: 'e', seq: 1 } as ServerFrame;
    const published = { type: 'published', id: 1, epoch: 'e', seq: 1 } as ServerFrame;
    const pong = { type: 'pong', timestamp: 't' } as ServerFrame;
    const frames = [event, base, published, pong];
    expect(frames.map(isJournalled)).toEqual([true, false, false, false]);
    expect(frames.map(isSnapshotFrame)).toEqual([false, true, false, false]);
  });
});

describe('parseChannels', () => {
  it.each([
    ['', null, []],
    ['*', null, []],
    ['notification, *', null, []],
    [' , ', null, []],
    ['agent_status, notification', ['agent_status', 'notification'], []],
    ['agent_status,nope', ['agent_status'], ['nope']],
    ['nope', [], ['nope']],
    ['heartbeat', [], ['heartbeat']],
  ])('reads "%s"', (list, channels, unknown) => {
    expect(parseChannels(list)).toEqual({ channels, unknown });
  });
});
