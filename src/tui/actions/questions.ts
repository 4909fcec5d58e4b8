import { normalizeStatus } from '../../protocol/index.js';
import type { Request, Step } from '../effects.js';
import type { Model } from '../model.js';
import { parseTime } from '../palette.js';
import { ask, say } from '../say.js';
import { goToTime } from './events.js';

/** What an answered question leads to. */
export function runAnswer(model: Model, action: string, about: string, text: string): Step {
  switch (action) {
    case 'agent.status':
      return setStatus(model, about, text);
    case 'agent.note':
      return ask(model, report(about, `noting about ${about}`, { activity: text }));
    case 'agent.move':
      return ask(model, report(about, `moving ${about} to ${text}`, { zone: text }));
    case 'task.add':
      return addTask(model, text);
    case 'events.time': {
      const parsed = parseTime(text, model.data.now);
      return parsed.name === 'at'
        ? goToTime(model, parsed.time)
        : say(model, parsed.name === 'wrong' ? parsed.reason : 'no time', 'warn');
    }
    case 'restore':
      return restore(model, about);
    default:
      return say(model, `nobody knows what "${action}" means`, 'bad');
  }
}

/** Sets an agent's status through a report; a word that nobody knows is refused here. */
export function setStatus(model: Model, agent: string, word: string): Step {
  if (normalizeStatus(word) === null)
    return say(model, `"${word}" is no status: active, busy, idle, error or offline`, 'warn');
  return ask(model, report(agent, `setting ${agent} to ${word}`, { status: word }));
}

/** A report about an agent, which the server merges into its state.json. */
export function report(agent: string, label: string, body: Record<string, string>): Request {
  return { kind: 'report', label, method: 'POST', path: `/api/agents/${encodeURIComponent(agent)}/report`, body };
}

/** Adds a task; `@name` and `P0` to `P3` in the text are its assignee and priority. */
export function addTask(model: Model, text: string): Step {
  const assignee = /(?:^|\s)@([\w-]+)/.exec(text)?.[1];
  const priority = /(?:^|\s)(P[0-3])(?=\s|$)/.exec(text)?.[1];
  const title =
    text
      .replace(/(^|\s)@[\w-]+/, '')
      .replace(/(^|\s)P[0-3](?=\s|$)/, '')
      .trim() || text;
  const task = {
    title,
    ...(assignee === undefined ? {} : { assignee }),
    ...(priority === undefined ? {} : { priority }),
  };
  return ask(model, {
    kind: 'task.add',
    label: `adding "${title.slice(0, 40)}"`,
    method: 'POST',
    path: '/api/tasks/create',
    body: { tasks: [task], source: 'dashboard' },
  });
}

/** `about`: the backup, and after a blank the one agent that is wanted. */
function restore(model: Model, about: string): Step {
  const [id = '', agent] = about.split(' ');
  const label = agent === undefined ? `restoring ${id}` : `restoring ${agent} from ${id}`;
  return ask(
    { ...model, working: { label, since: model.data.now } },
    {
      kind: 'restore',
      label,
      method: 'POST',
      path: `/api/backups/${encodeURIComponent(id)}/restore`,
      body: agent === undefined ? {} : { agent },
      about: id,
    },
  );
}
