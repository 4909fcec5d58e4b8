/** The screens by their names. */
import type { WantedPoll } from '../link/poller.js';
import type { Model, ScreenName } from '../model.js';
import { slow, SYSTEM } from '../polls.js';
import { agentDetail } from './agent-detail.js';
import { agents } from './agents.js';
import { backups } from './backups.js';
import { events } from './events.js';
import { help } from './help.js';
import { metrics } from './metrics.js';
import { notifications } from './notifications.js';
import { office } from './office.js';
import { overview } from './overview.js';
import { record } from './record.js';
import type { Screen } from './screen.js';
import { tasks } from './tasks.js';
import { usage } from './usage.js';

const ALL: Record<ScreenName, Screen> = {
  overview,
  agents,
  office,
  tasks,
  metrics,
  events,
  backups,
  notifications,
  usage,
  agent: agentDetail,
  record,
  help,
};

/** The screen of that name. */
export function screenOf(name: ScreenName): Screen {
  return ALL[name];
}

/** What the shown screen needs of the server, and the figures in the head. */
export function wantedPolls(model: Model): WantedPoll[] {
  return [...slow(SYSTEM), ...(screenOf(model.screen).polls?.(model) ?? [])];
}
