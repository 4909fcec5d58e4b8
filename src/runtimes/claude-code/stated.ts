import type { TokenCounts } from '../../protocol/index.js';
import type { Findings } from '../facts.js';
import { objectOf, textOf, tokensOf } from '../values.js';
import type { ClaudeState, StatedCosts } from './state.js';

/** More models than this in one session are a mistake. */
const MODELS = 32;
const FIELDS = ['input', 'output', 'cache_read', 'cache_write'] as const;
const NONE: TokenCounts = { input: 0, output: 0, cache_read: 0, cache_write: 0 };

/** Takes in a `cost-state` line: all that a process has used until now, by model. */
export function takeStated(state: ClaudeState, line: Record<string, unknown>, findings: Findings): void {
  const bad = () => findings.warning('a count of a cost-state is not a number of tokens: taken as 0');
  const now: StatedCosts = {};
  for (const [name, value] of Object.entries(objectOf(line.modelUsage) ?? {}).slice(0, MODELS)) {
    const usage = objectOf(value);
    const model = modelOf(name);
    if (usage === null || model === null) continue;
    now[model] = plus(now[model], {
      input: tokensOf(usage.inputTokens, bad),
      output: tokensOf(usage.outputTokens, bad),
      cache_read: tokensOf(usage.cacheReadInputTokens, bad),
      cache_write: tokensOf(usage.cacheCreationInputTokens, bad),
    });
  }
  if (Object.keys(now).length === 0) return;
  // A count that falls is of another process, which began again.
  if (fell(state.stated, now)) state.stated_before = few(added(state.stated_before, state.stated));
  state.stated = now;
}

/** All that the processes of a transcript have stated. */
export function statedOf(state: ClaudeState): StatedCosts {
  return added(state.stated_before, state.stated);
}

/** Adds what two transcripts or processes stated. */
function added(one: StatedCosts, other: StatedCosts): StatedCosts {
  const sum = { ...one };
  for (const [model, usage] of Object.entries(other)) sum[model] = plus(sum[model], usage);
  return sum;
}

/** Names of models are anybody's words: not ever more of them. */
function few(costs: StatedCosts): StatedCosts {
  return Object.fromEntries(Object.entries(costs).slice(0, MODELS));
}

function fell(before: StatedCosts, now: StatedCosts): boolean {
  return Object.entries(before).some(([model, usage]) =>
    FIELDS.some((field) => (now[model]?.[field] ?? 0) < usage[field]),
  );
}

function plus(one: TokenCounts | undefined, other: TokenCounts): TokenCounts {
  const sum = { ...(one ?? NONE) };
  for (const field of FIELDS) sum[field] += other[field];
  return sum;
}

/** The model without the mark of its long context, which responses do not have; never a name that objects have already. */
function modelOf(name: string): string | null {
  const model = textOf(name.replace(/\[1m\]$/u, ''));
  return model === null || model in Object.prototype ? null : model;
}
