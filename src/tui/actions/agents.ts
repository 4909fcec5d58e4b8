import { SETTABLE_STATUSES } from '../../protocol/index.js';
import { newEditor } from '../editor.js';
import type { Step } from '../effects.js';
import type { Model } from '../model.js';
import { backupRequest, previewRequest } from '../requests.js';
import { placeColumns } from '../rows/agent-columns.js';
import { sortBy } from '../rows/agents.js';
import { ask, become, say, stay } from '../say.js';
import { newestFor } from '../lists/backups.js';
import { screenOf } from '../screens/index.js';
import { goTo } from '../go.js';

export const AGENT_ACTIONS = {
  'sort.agent': by('agent'),
  'sort.status': by('status'),
  'sort.name': by('name'),
  'sort.role': by('role'),
  'sort.task': by('task'),
  'sort.done': by('done'),
  'sort.fail': by('fail'),
  'sort.ok': by('ok'),
  'sort.work': by('work'),
  'sort.idle': by('idle'),
  'sort.last': by('last'),
  'sort.warnings': by('warnings'),
  'sort.next': (model: Model) => become(sortBeside(model, 1)),
  'sort.previous': (model: Model) => become(sortBeside(model, -1)),
  'agent.status': (model: Model) => question(model, 'agent.status', (id) => `status of ${id}`, SETTABLE_STATUSES),
  'agent.note': (model: Model) => question(model, 'agent.note', (id) => `note about ${id}`, []),
  'agent.backup': (model: Model) => {
    const id = agentOf(model);
    return id === null ? nobody(model) : ask(model, backupRequest(id));
  },
  'agent.restore': (model: Model) => {
    const id = agentOf(model);
    if (id === null) return nobody(model);
    const backup = newestFor(model, id);
    if (!backup) return say(model, `there is no backup of ${id}`, 'warn');
    return ask(model, previewRequest(backup.id, id));
  },
  'agent.events': (model: Model) => {
    const id = agentOf(model);
    if (id === null) return stay(model);
    const shown = goTo(model, 'events');
    return become({ ...shown, events: { ...shown.events, agent: id } });
  },
};

/** Sorts by a column, again: the other way. */
function by(column: string) {
  return (model: Model): Step => become({ ...model, sort: sortBy(model.sort, column) });
}

/** The agent that the shown screen means. */
function agentOf(model: Model): string | null {
  return screenOf(model.screen).agent?.(model) ?? null;
}

/** A question about the agent that is meant. */
export function question(
  model: Model,
  name: 'agent.status' | 'agent.note' | 'agent.move',
  words: (id: string) => string,
  choices: readonly string[],
): Step {
  const id = agentOf(model);
  if (id === null) return nobody(model);
  return become({
    ...model,
    prompt: { name: 'ask', question: words(id), purpose: { name, agent: id }, editor: newEditor(), choices },
  });
}

function nobody(model: Model): Step {
  return say(model, 'no agent is selected', 'warn');
}

function sortBeside(model: Model, by: 1 | -1): Model {
  const columns = placeColumns(model.size.columns - 3).map(({ name }) => name);
  const names = columns.includes('status') ? columns : ['status', ...columns];
  const next = names[(names.indexOf(model.sort.column) + by + names.length) % names.length] ?? 'status';
  return { ...model, sort: sortBy({ column: '', descending: false }, next) };
}
