import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import {
  type Agent,
  type AgentAnswer,
  type AgentsAnswer,
  type AgentsStatusAnswer,
  listAgents,
  type ReportAnswer,
} from '../../protocol/index.js';
import { agentNamed } from '../writes.js';
import { AgentRowSchema, AgentSchema, AgentsSchema, AgentsStatusSchema, ReportBody } from './agent-schemas.js';
import type { ApiContext } from './context.js';
import { type Endpoints, endpoint } from './endpoint.js';
import { keyOf, nextOf, PageQuery, type PageRequest, pageOf } from './pages.js';
import { agentAnswer, agentRow, agentStatusRow, agentsSummary } from './rows.js';
import { IdParams } from './schemas.js';
import { wholeJson } from './read-json.js';

const Reported = Type.Object({ success: Type.Literal(true), agent: AgentRowSchema });

/** The fleet: all of it, one of it, and what one reports of itself. */
export function agentEndpoints(context: ApiContext): Endpoints<'agents' | 'agentsStatus' | 'agent' | 'agentReport'> {
  const { feed, cache, lastRows, writes } = context;
  const revision = () => `${feed.revision('agents')}.${feed.revision('office')}.${lastRows().revision}`;
  const rowOf = (agent: Agent) => agentRow(agent, feed.snapshot.office, lastRows().agents.get(agent.id));
  const pageFor = (query: PageRequest) => {
    const agents = listAgents(feed.snapshot);
    const page = pageOf(agents, (agent) => agent.id, query);
    return { rows: page.items.map(rowOf), summary: agentsSummary(agents), next: nextOf(query, page.next) };
  };
  const list = { query: Type.Object(PageQuery) };

  return {
    agents: endpoint({ ...list, answer: AgentsSchema }, ({ query, ...exchange }) =>
      cache.send(exchange, keyOf('agents', query), revision(), (): AgentsAnswer => {
        const { rows, summary, next } = pageFor(query);
        return { agents: rows, summary, ...next };
      }),
    ),
    agentsStatus: endpoint({ ...list, answer: AgentsStatusSchema }, ({ query, ...exchange }) =>
      cache.send(exchange, keyOf('agents/status', query), revision(), (): AgentsStatusAnswer => {
        const { rows, summary, next } = pageFor(query);
        const timestamp = new Date(context.clock.now()).toISOString();
        return { agents: rows.map(agentStatusRow), summary, timestamp, ...next };
      }),
    ),
    agent: endpoint({ params: IdParams, answer: AgentSchema }, ({ params, ...exchange }) => {
      const agent = agentNamed(feed.snapshot, params.id);
      return cache.send(exchange, `agent/${agent.id}`, revision(), (): AgentAnswer | Promise<AgentAnswer> =>
        isTruncated(agent.state)
          ? wholeState(context, agent).then((state) => agentAnswer(rowOf(agent), agent, state))
          : agentAnswer(rowOf(agent), agent, agent.state),
      );
    }),
    agentReport: endpoint(
      { params: IdParams, body: ReportBody, answer: Reported },
      async ({ params, body }): Promise<ReportAnswer> => {
        const { agent } = await writes.report(params.id, body);
        return { success: true, agent: rowOf(agent) };
      },
    ),
  };
}

/** Events and snapshot hold only so much of a state; here it is shown whole. */
async function wholeState(context: ApiContext, agent: Agent): Promise<unknown> {
  return (await wholeJson(context, join(context.layout.agents, agent.id, 'state.json'))) ?? agent.state;
}

function isTruncated(state: unknown): boolean {
  return typeof state === 'object' && state !== null && '$truncated' in state && state.$truncated === true;
}
