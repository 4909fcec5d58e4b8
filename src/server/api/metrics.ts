import { Type } from '@sinclair/typebox';
import type { FastifyReply } from 'fastify';
import { McError } from '../../base/index.js';
import type { ReadName, Reads } from '../../metrics/index.js';
import type { ApiContext } from './context.js';
import { type Endpoints, endpoint } from './endpoint.js';
import { NextCursor, PageQuery, type PageRequest, pageOf } from './pages.js';
import { createPrometheus } from './prometheus.js';
import { IdParams, Nullable, NullableNumber, NullableText, Time } from './schemas.js';

const HOUR_MS = 3_600_000;
const Hours = Type.Optional(
  Type.Number({ exclusiveMinimum: 0, maximum: 87_600, description: 'a number above 0, up to 87600' }),
);
const Step = Type.Optional(Type.String({ description: 'raw, 1m, 5m, 1h, 1d or auto' }));
const Words = Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())]));
const Moment = Type.Optional(Type.String({ description: 'a duration ago, an ISO time or epoch milliseconds' }));
const Flag = Type.Optional(Type.Boolean({ description: 'true or false' }));

const History = Type.Object({ hours: Hours, step: Step, ...PageQuery });
const Row = Type.Record(Type.String(), Type.Union([Type.Number(), Type.String(), Type.Null()]));
const Point = Type.Object({ t: Time, v: NullableNumber });
const Part = Type.Object({
  name: Type.String(),
  weight: Type.Number(),
  value: Type.Number(),
  because: Type.String(),
});
const Query = Type.Object({
  metric: Words,
  agent: Words,
  system: Flag,
  since: Moment,
  until: Moment,
  step: Step,
  agg: Type.Optional(Type.String({ description: 'avg, min, max, sum, last, count, rate, p50, p95 or p99' })),
  group_by: Type.Optional(Type.String({ description: 'agent or none' })),
  points: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 50_000, description: 'how many step auto gives at most, about: 1 to 50000' }),
  ),
  explain: Flag,
});
const QueryAnswer = Type.Object({
  since: Time,
  until: Time,
  step: Type.String(),
  agg: Type.String(),
  series: Type.Array(
    Type.Object({
      metric: Type.String(),
      unit: Type.String(),
      agent: NullableText,
      agg: Type.Optional(Type.String()),
      points: Type.Array(Point),
    }),
  ),
  explain: Type.Optional(Nullable(Type.Object({ timestamp: Time, score: Type.Number(), parts: Type.Array(Part) }))),
});
const AgentMetrics = Type.Object({
  agent_id: Type.String(),
  period_hours: Type.Number(),
  avg_success_rate: NullableNumber,
  avg_error_rate: NullableNumber,
  total_tasks_completed: NullableNumber,
  data_points: Type.Integer(),
  total_tasks_failed: NullableNumber,
  tasks_completed: NullableNumber,
  tasks_failed: NullableNumber,
  work_time: NullableNumber,
  idle_time: NullableNumber,
  avg_task_duration: NullableNumber,
  messages_sent: NullableNumber,
  messages_received: NullableNumber,
});

/** What happened over time, agent by agent and as a whole. */
export function metricEndpoints(
  context: ApiContext,
): Endpoints<'agentMetrics' | 'agentHistory' | 'systemMetrics' | 'metricsQuery' | 'prometheus'> {
  const prometheus = createPrometheus(context);
  const period = ({ hours }: { hours?: number }) => (hours ?? 24) * HOUR_MS;
  return {
    agentMetrics: endpoint(
      { params: IdParams, query: Type.Object({ hours: Hours }), answer: AgentMetrics },
      ({ params, query, reply }) =>
        sendRead(context, reply, 'summary', { agent: sampled(context, params.id), period: period(query) }),
    ),
    agentHistory: endpoint(
      {
        params: IdParams,
        query: History,
        answer: Type.Object({ agent_id: Type.String(), history: Type.Array(Row), next_cursor: NextCursor }),
      },
      ({ params, query, reply }) => {
        const agent = sampled(context, params.id);
        return sendHistory(context, reply, { agent, period: period(query), step: query.step }, query);
      },
    ),
    systemMetrics: endpoint(
      { query: History, answer: Type.Object({ history: Type.Array(Row), next_cursor: NextCursor }) },
      ({ query, reply }) =>
        sendHistory(context, reply, { agent: null, period: period(query), step: query.step }, query),
    ),
    metricsQuery: endpoint({ query: Query, answer: QueryAnswer }, ({ query, reply }) =>
      sendRead(context, reply, 'query', query),
    ),
    prometheus: endpoint({ answer: Type.String({ description: 'Prometheus text format' }) }, async ({ reply }) => {
      const { type, text } = await prometheus();
      reply.header('content-type', type).send(text);
    }),
  };
}

/** Sends what the history answers, as the bytes that it comes in. */
export async function sendRead<K extends ReadName>(
  { metrics }: ApiContext,
  reply: FastifyReply,
  name: K,
  input: Reads[K]['input'],
): Promise<void> {
  const body = await metrics.answer(name, input);
  reply
    .header('content-type', 'application/json; charset=utf-8')
    .send(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
}

/** A page of the rows, where one is asked for; else all of them, as the bytes that they come in. */
async function sendHistory(
  context: ApiContext,
  reply: FastifyReply,
  input: Reads['history']['input'],
  { limit, cursor }: PageRequest,
): Promise<void> {
  if (limit === undefined && cursor === undefined) return sendRead(context, reply, 'history', input);
  const body = await context.metrics.answer('history', input);
  const whole = JSON.parse(Buffer.from(body).toString('utf8')) as Reads['history']['answer'];
  const asked = { ...(limit !== undefined && { limit }), ...(cursor !== undefined && { cursor }) };
  const { items, next } = pageOf(whole.history, (row) => String(row.timestamp), asked);
  reply.send({ ...whole, history: items, next_cursor: next });
}

/** An agent that is there or has left samples. @throws McError `agent.not_found` */
function sampled({ metrics }: ApiContext, id: string): string {
  if (metrics.knowsAgent(id)) return id;
  throw new McError('agent.not_found', 'Agent not found', { hint: 'GET /api/agents lists them' });
}
