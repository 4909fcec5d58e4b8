import { isLive } from '../link/data.js';
import type { Step } from '../effects.js';
import { filterable, goTo, openAgent, openScreen } from '../go.js';
import { isSystemMetric } from '../metric-list.js';
import { listName, listOf, type Model } from '../model.js';
import type { Command } from '../palette.js';
import { AGENT_COLUMNS } from '../rows/agent-columns.js';
import { sortBy } from '../rows/agents.js';
import { backupRequest, notifyRequest } from '../requests.js';
import { ask, become, say } from '../say.js';
import { isThemeName, THEME_NAMES } from '../draw/theme.js';
import { goToTime } from './events.js';

import { addTask, moveTo, noteAbout, setStatus } from './questions.js';

const WRITES = new Set(['add', 'notify', 'note', 'status', 'move', 'backup']);

/** Runs what was written after `:`. */
export function runCommand(model: Model, command: Command): Step {
  if (WRITES.has(command.name)) {
    if (model.options.readonly) return say(model, 'this dashboard is read-only', 'warn');
    if (!isLive(model.data)) return say(model, 'not connected: nothing can be changed now', 'warn');
    return write(model, command);
  }
  switch (command.name) {
    case 'screen':
      return become(goTo(model, command.screen));
    case 'agent':
      return model.data.view.agents.has(command.text)
        ? become(openAgent(goTo(model, 'agents'), command.text))
        : say(model, `there is no agent "${command.text}"`, 'warn');
    case 'filter': {
      const shown = filterable(model);
      const list = { ...listOf(shown), filter: command.text };
      return become({ ...shown, lists: { ...shown.lists, [listName(shown)]: list } });
    }
    case 'sort':
      if (!AGENT_COLUMNS.some(({ name }) => name === command.text))
        return say(model, `columns: ${AGENT_COLUMNS.map(({ name }) => name).join(' ')}`, 'warn');
      return become({ ...goTo(model, 'agents'), sort: sortBy(model.sort, command.text) });
    case 'metric': {
      const agent = isSystemMetric(command.text) ? null : model.chart.agent;
      return become({ ...goTo(model, 'metrics'), chart: { ...model.chart, metric: command.text, agent } });
    }
    case 'since':
      if (!/^\d+(m|h|d|w)$/.test(command.text)) return say(model, 'a range is written 1h, 24h, 7d or 2w', 'warn');
      return become({ ...goTo(model, 'metrics'), chart: { ...model.chart, since: command.text } });
    case 'theme':
      if (!isThemeName(command.text)) return say(model, `themes: ${THEME_NAMES.join(' ')}`, 'warn');
      return become({ ...model, options: { ...model.options, theme: command.text } });
    case 'at':
      return goToTime(model, command.time);
    case 'mouse':
      return say(
        { ...model, options: { ...model.options, mouse: command.on } },
        `mouse ${command.on ? 'on' : 'off'}`,
        'plain',
        [{ type: 'mouse', on: command.on }],
      );
    case 'bell':
      return say({ ...model, options: { ...model.options, bell: command.on } }, `bell ${command.on ? 'on' : 'off'}`);
    case 'help':
      return become(openScreen(model, 'help'));
    case 'refresh':
      return say(model, 'refreshed', 'plain', [{ type: 'refresh' }]);
    case 'quit':
      return { model, effects: [{ type: 'quit' }] };
    default:
      return say(model, command.name === 'wrong' ? command.reason : 'unknown command (? lists them)', 'warn');
  }
}

function write(model: Model, command: Command): Step {
  switch (command.name) {
    case 'add':
      return addTask(model, command.text);
    case 'notify':
      return ask(model, notifyRequest(command.text));
    case 'status':
      return setStatus(model, command.agent, command.text);
    case 'note':
      return noteAbout(model, command.agent, command.text);
    case 'move':
      return moveTo(model, command.agent, command.text);
    case 'backup':
      return ask(model, backupRequest(command.agent));
    default:
      return become(model);
  }
}
