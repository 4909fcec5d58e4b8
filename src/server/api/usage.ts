import { Type } from '@sinclair/typebox';
import { McError, parseDuration, parseMoment } from '../../base/index.js';
import { USAGE_KEYS, type UsageKey } from '../../protocol/index.js';
import type { ApiContext } from './context.js';
import { type Endpoints, endpoint } from './endpoint.js';
import { ReconcileSchema, RuntimeWord, UsageSchema } from './runtime-schemas.js';

const Moment = Type.Optional(Type.String({ description: 'a duration ago, an ISO time or epoch milliseconds' }));
const Text = Type.Optional(Type.String());
const Wanted = Type.Object({
  since: Moment,
  until: Moment,
  step: Type.Optional(Type.String({ description: 'a duration (1h, 1d): groups are cut into pieces of it' })),
  by: Type.Optional(Type.String({ description: `some of ${USAGE_KEYS.join(', ')}, with commas; default runtime` })),
  tz: Type.Optional(Type.String({ description: 'whose days: a time zone such as Europe/Vienna; default UTC' })),
  runtime: Type.Optional(RuntimeWord),
  agent: Text,
  session: Text,
  model: Text,
});

/** What runtimes used, from the ledger. */
export function usageEndpoints({ runtimes, clock }: ApiContext): Endpoints<'usage' | 'usageReconcile'> {
  return {
    usage: endpoint({ query: Wanted, answer: UsageSchema }, ({ query }) => {
      const { since, until, step, by = 'runtime', ...filter } = query;
      const now = clock.now();
      return runtimes.ask('usage', {
        ...filter,
        by: keysOf(by),
        ...(since === undefined ? {} : { since: parseMoment(since, now) }),
        ...(until === undefined ? {} : { until: parseMoment(until, now) }),
        ...(step === undefined ? {} : { step: stepOf(step) }),
      });
    }),
    usageReconcile: endpoint({ answer: ReconcileSchema }, () => runtimes.ask('reconcile', undefined)),
  };
}

function keysOf(text: string): UsageKey[] {
  return text.split(',').map((word) => {
    const key = USAGE_KEYS.find((known) => known === word.trim());
    if (key) return key;
    throw new McError('input.invalid', `by: "${word.slice(0, 80)}" is not one of ${USAGE_KEYS.join(', ')}`, {
      hint: 'pass some of them with commas: by=agent,model',
    });
  });
}

function stepOf(text: string): number {
  const step = parseDuration(text);
  if (step !== null && step >= 1000) return step;
  throw new McError('input.invalid', `step: "${text.slice(0, 80)}" is not a duration of a second or more`, {
    hint: 'pass one like 1h or 1d',
  });
}
