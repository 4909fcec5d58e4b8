import type { Quota, RuntimeState, Session, UsageSum } from '../../src/protocol/index.js';
import { RUNTIME_NAMES } from '../../src/protocol/index.js';

/** A sum of use of which only the given is not zero; `total` is added up. */
export function sumOf(known: Partial<UsageSum> = {}): UsageSum {
  const { input = 0, output = 0, cache_read = 0, cache_write = 0 } = known;
  return {
    responses: 1,
    input,
    output,
    cache_read,
    cache_write,
    cache_write_1h: 0,
    reasoning: 0,
    total: input + output + cache_read + cache_write,
    web_searches: 0,
    cost_usd: '0.000000000000',
    unpriced_responses: 0,
    unpriced_tokens: 0,
    ...known,
  };
}

/** A session of Claude Code that works, but for what is given. */
export function sessionOf(id: string, known: Partial<Session> = {}): Session {
  return {
    runtime: 'claude-code',
    agent: 'claude-code:harbor',
    id,
    parent: null,
    kind: 'main',
    hidden: false,
    title: null,
    project: 'harbor',
    cwd: '~/harbor',
    branch: null,
    version: null,
    started_at: null,
    last_at: null,
    model: null,
    context_tokens: null,
    context_limit: null,
    compactions: 0,
    subagents: 0,
    usage: sumOf(),
    errors: 0,
    live: {
      status: 'working',
      reason: null,
      detail: null,
      since: null,
      evidence: { source: 'registry', file: '.claude/sessions/37505.json', field: 'status', value: 'busy' },
    },
    ...known,
  };
}

/** An answer of `/api/runtimes` in which all are in this state. */
export function runtimesIn(state: RuntimeState, quotas: Quota[] = [], faults: string[] = []): object {
  return { runtimes: RUNTIME_NAMES.map((runtime) => ({ runtime, state, warnings: [] })), quotas, faults };
}
