import { normalizeStatus, SETTABLE_STATUSES } from '../../protocol/index.js';
import { parseDuration } from '../../base/index.js';
import type { Step } from '../effects.js';
import type { Model, Purpose } from '../model.js';
import { parseTime } from '../palette.js';
import { addTaskRequest, report, silenceRequest } from '../requests.js';
import { ask, say } from '../say.js';
import { goToTime } from './events.js';

/** What an answered question leads to. */
export function runAnswer(model: Model, purpose: Purpose, text: string): Step {
  switch (purpose.name) {
    case 'agent.status':
      return setStatus(model, purpose.agent, text);
    case 'agent.note':
      return noteAbout(model, purpose.agent, text);
    case 'agent.move':
      return moveTo(model, purpose.agent, text);
    case 'alert.silence':
      return silence(model, purpose, text);
    case 'task.add':
      return addTask(model, text);
    case 'events.time': {
      const parsed = parseTime(text, model.data.now);
      return parsed.name === 'at' ? goToTime(model, parsed.time) : say(model, parsed.reason, 'warn');
    }
  }
}

/** What is said when somebody gives no reason. */
const NO_REASON = 'silenced in the dashboard';

/** Silences alerts: the first word of the answer says for how long, the others why. */
function silence(model: Model, { rule, agent }: { rule: string; agent: string | null }, text: string): Step {
  const [duration = '', ...reason] = text.trim().split(/\s+/);
  const ms = parseDuration(duration);
  if (ms === null || ms <= 0) return say(model, `"${duration}" is not a duration: write 30m, 2h or 7d`, 'warn');
  return ask(model, silenceRequest(rule, agent, duration, reason.join(' ') || NO_REASON));
}

/** Sets an agent's status through a report; a word that nobody knows is refused here. */
export function setStatus(model: Model, agent: string, word: string): Step {
  if (normalizeStatus(word) === null)
    return say(model, `"${word}" is not a status: ${SETTABLE_STATUSES.join(', ')}`, 'warn');
  return ask(model, report(agent, `setting ${agent} to ${word}`, { status: word }));
}

/** Writes a note into an agent's activity. */
export function noteAbout(model: Model, agent: string, activity: string): Step {
  return ask(model, report(agent, `adding a note to ${agent}`, { activity }));
}

/** Moves an agent to a zone. */
export function moveTo(model: Model, agent: string, zone: string): Step {
  return ask(model, report(agent, `moving ${agent} to ${zone}`, { zone }));
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
  return ask(model, addTaskRequest(task, `adding "${title.slice(0, 40)}"`));
}
