import type { Agent } from '../../protocol/index.js';
import type { Listed } from '../list.js';
import type { Model } from '../model.js';
import { arrangeAgents } from '../rows/agents.js';

/** The fleet, filtered and sorted. */
export const agentList: Listed<Agent> = { name: 'agents', rows: shownAgents, key: ({ id }) => id };

/** The rows, kept as long as agents, filter and sort stay: one frame asks several times. */
function shownAgents(model: Model): readonly Agent[] {
  const { agents: all } = model.data.view;
  const { filter } = model.lists.agents;
  const known = arranged.get(all);
  if (known && known.filter === filter && known.sort === model.sort) return known.rows;
  const rows = arrangeAgents(all.values(), filter, model.sort);
  arranged.set(all, { filter, sort: model.sort, rows });
  return rows;
}

const arranged = new WeakMap<object, { filter: string; sort: Model['sort']; rows: readonly Agent[] }>();
