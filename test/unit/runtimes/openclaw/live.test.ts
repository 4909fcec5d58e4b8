import { describe, expect, it } from 'vitest';
import type { Gateway } from '../../../../src/runtimes/openclaw/gateway.js';
import { isFinal, isWaiting, liveOf, type Signs } from '../../../../src/runtimes/openclaw/live.js';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const MINUTE = 60_000;
const GATEWAY: Gateway = {
  pid: 1,
  boot: 'b1',
  live: {
    status: 'working',
    reason: 'gateway',
    detail: null,
    since: null,
    evidence: { source: 'process', file: null, field: null, value: null },
  },
};
const ROWS = { source: 'database', file: 'db', field: 'transcript_events' } as const;
const APPROVAL = {
  agentId: 'main',
  session: 's1',
  sessionKey: null,
  tool: 'exec',
  boot: 'b1',
  created: NOW - 5 * MINUTE,
  expires: NOW + MINUTE,
};

function live(signs: Partial<Signs>, now = NOW) {
  const none = { approval: null, over: null, final: null, tail: null };
  const { status, reason } = liveOf({ gateway: GATEWAY, globalFile: 'global', source: ROWS, ...none, ...signs }, now);
  return `${status} ${reason}`;
}
const ago = (kind: string, minutes: number) => ({ tail: { kind, at: NOW - minutes * MINUTE } });

describe('what a session of OpenClaw does', () => {
  it.each([
    ['user', 1, 'working inferred'],
    ['toolResult', 9, 'working inferred'],
    ['toolUse', 11, 'unknown inferred'],
    ['stop', 29, 'waiting turn_ended'],
    ['length', 1, 'waiting turn_ended'],
    ['stop', 31, 'idle turn_ended'],
    ['error', 1, 'error error'],
    ['timeout', 600, 'error timeout'],
    ['aborted', 1, 'idle interrupted'],
  ])('follows from its last entry: %s, %i minutes ago: %s', (kind, minutes, expected) => {
    expect(live(ago(kind, minutes))).toBe(expected);
  });

  it('is not known without an entry', () => {
    expect(live({})).toBe('unknown null');
  });

  it('is nothing when the gateway does not run, whatever else is said', () => {
    expect(live({ ...ago('user', 1), approval: APPROVAL, gateway: null })).toBe('gone null');
  });

  it('is to wait for an approval, with the tool that needs it', () => {
    const signs = { ...ago('toolUse', 5), approval: APPROVAL };
    expect(live(signs)).toBe('waiting permission');
    const { detail, since, evidence } = liveOf(
      { gateway: GATEWAY, globalFile: 'global', source: ROWS, over: null, final: null, ...signs },
      NOW,
    );
    expect({ detail, since }).toEqual({ detail: 'exec', since: '2026-11-20T11:55:00.000Z' });
    expect(evidence).toEqual({
      source: 'database',
      file: 'global',
      field: 'operator_approvals.status',
      value: 'pending',
    });
  });

  it('is over when its transcript is, or when its last status says so', () => {
    const evidence = { ...ROWS, value: 'deleted' };
    expect(live({ ...ago('user', 1), over: evidence })).toBe('gone null');
    expect(live({ ...ago('user', 1), final: evidence })).toBe('gone null');
  });
});

describe('an approval', () => {
  it.each([
    ['this start of the gateway', {}, true],
    ['an earlier start', { boot: 'b0' }, false],
    ['this start, but expired', { expires: NOW }, false],
  ])('of %s waits for somebody: %s', (_, change, expected) => {
    expect(isWaiting({ ...APPROVAL, ...change }, GATEWAY, NOW)).toBe(expected);
  });

  it('waits for nobody without a gateway', () => {
    expect(isWaiting(APPROVAL, null, NOW)).toBe(false);
  });
});

it('knows which statuses are the last', () => {
  expect(['done', 'failed', 'killed', 'timeout', 'running', 'new', null].filter(isFinal)).toHaveLength(4);
});
