/** What keys do, by the names of the key table. */
import type { Step } from '../effects.js';
import type { Model } from '../model.js';
import { stay } from '../say.js';
import { AGENT_ACTIONS } from './agents.js';
import { BACKUP_ACTIONS } from './backups.js';
import { EVENT_ACTIONS } from './events.js';
import { GLOBAL_ACTIONS } from './global.js';
import { LIST_ACTIONS } from './lists.js';
import { METRIC_ACTIONS } from './metrics.js';
import { NOTIFICATION_ACTIONS } from './notifications.js';
import { OFFICE_ACTIONS } from './office.js';
import { TASK_ACTIONS } from './tasks.js';

/** An action: what the model becomes after a key. */
export type Action = (model: Model, key: string) => Step;

/** Every action of the key table. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  ...GLOBAL_ACTIONS,
  ...LIST_ACTIONS,
  ...AGENT_ACTIONS,
  ...OFFICE_ACTIONS,
  ...TASK_ACTIONS,
  ...METRIC_ACTIONS,
  ...EVENT_ACTIONS,
  ...BACKUP_ACTIONS,
  ...NOTIFICATION_ACTIONS,
};

/** Runs an action of the key table. */
export function runAction(model: Model, action: string, key: string): Step {
  return ACTIONS[action]?.(model, key) ?? stay(model);
}
