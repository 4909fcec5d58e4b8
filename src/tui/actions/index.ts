/** What keys do, by the names of the key table. */
import type { Step } from '../effects.js';
import type { Model } from '../model.js';
import type { ActionName } from '../keys.js';
import { AGENT_ACTIONS } from './agents.js';
import { BACKUP_ACTIONS } from './backups.js';
import { EVENT_ACTIONS } from './events.js';
import { GLOBAL_ACTIONS } from './global.js';
import { LIST_ACTIONS } from './lists.js';
import { METRIC_ACTIONS } from './metrics.js';
import { NOTIFICATION_ACTIONS } from './notifications.js';
import { OFFICE_ACTIONS } from './office.js';
import { TASK_ACTIONS } from './tasks.js';
import { USAGE_ACTIONS } from './usage.js';

/** Every action of the key table. */
export const ACTIONS: Readonly<Record<ActionName, Action>> = {
  ...GLOBAL_ACTIONS,
  ...LIST_ACTIONS,
  ...AGENT_ACTIONS,
  ...OFFICE_ACTIONS,
  ...TASK_ACTIONS,
  ...METRIC_ACTIONS,
  ...EVENT_ACTIONS,
  ...BACKUP_ACTIONS,
  ...NOTIFICATION_ACTIONS,
  ...USAGE_ACTIONS,
};

/** What the model becomes after a key, and what is to be done. */
type Action = (model: Model, key: string) => Step;
