import { describe, expect, it } from 'vitest';
import { EVENT_TYPES, type EventType, type McEvent } from '../../../../src/protocol/index.js';
import { type Filter, filterKey, passes, subscribed, unsubscribed } from '../../../../src/server/stream/filter.js';

const ALL: Filter = { kind: 'mc', channels: null, agents: null };

function only(channels: EventType[] | null, agents: string[] | null = null): Filter {
  return { kind: 'mc', channels: channels && new Set(channels), agents: agents && new Set(agents) };
}

function event(type: EventType, data: object): McEvent {
  return { type, data, timestamp: '', source: '', epoch: 'e', seq: 1 } as unknown as McEvent;
}

describe('passes', () => {
  const about = (agent: string) => event('agent_activity', { agent });
  it.each([
    ['everything', ALL, about('a'), true],
    ['its channel', only(['agent_activity']), about('a'), true],
    ['another channel', only(['notification']), about('a'), false],
    ['no channel', only([]), about('a'), false],
    ['its agent', only(null, ['a']), about('a'), true],
    ['another agent', only(null, ['b']), about('a'), false],
    ['an event about no agent', only(null, ['b']), event('system_metric', {}), true],
    ['a notification about another agent', only(null, ['b']), event('notification', { agent: 'a' }), false],
    ['a notification about nobody', only(null, ['b']), event('notification', {}), true],
    ['ours: an agent without a state', ALL, event('agent_status', { agent: 'a', state: null }), true],
  ])('%s', (_, filter, given, expected) => {
    expect(passes(filter, given)).toBe(expected);
  });

  it('an old client: an agent with a state only', () => {
    const old: Filter = { ...ALL, kind: 'old' };
    expect(passes(old, event('agent_status', { agent: 'a', state: null }))).toBe(false);
    expect(passes(old, event('agent_status', { agent: 'a', state: {} }))).toBe(true);
    expect(passes(old, event('agent_removed', { agent: 'a' }))).toBe(true);
  });
});

describe('filterKey', () => {
  it('is the same for the same set in any order, and for nothing else', () => {
    expect(filterKey(only(['notification', 'agent_status'], ['b', 'a']))).toBe(
      filterKey(only(['agent_status', 'notification'], ['a', 'b'])),
    );
    const keys = [ALL, only([]), only(null, []), only(['notification']), only(null, ['notification'])].map(filterKey);
    expect(new Set([...keys, filterKey({ ...ALL, kind: 'old' })]).size).toBe(6);
  });
});

describe('subscribe and unsubscribe', () => {
  it('narrow from everything, then add', () => {
    const first = subscribed(ALL, ['notification'], null);
    expect(first).toEqual(only(['notification']));
    expect(subscribed(first, ['agent_status'], ['a'])).toEqual(only(['notification', 'agent_status'], ['a']));
  });

  it('every channel and every agent is everything again', () => {
    expect(subscribed(only(['notification'], ['a']), [...EVENT_TYPES], ['*'])).toEqual(ALL);
  });

  it('unsubscribe takes away, from everything as well', () => {
    const rest = unsubscribed(ALL, ['notification'], null);
    expect(rest?.channels?.size).toBe(EVENT_TYPES.length - 1);
    expect(unsubscribed(only(['notification'], ['a', 'b']), ['notification'], ['a'])).toEqual(only([], ['b']));
  });

  it('one of all agents cannot be taken away', () => {
    expect(unsubscribed(ALL, null, ['a'])).toBeNull();
  });
});
