import type { Model } from '../model.js';
import { ask, say } from '../say.js';
import { backupAtCursor } from '../screens/backups.js';
import { previewRequest } from './agents.js';

export const BACKUP_ACTIONS = {
  'backup.create': (model: Model) =>
    ask(working(model, 'backing up everything'), {
      kind: 'backup.create',
      label: 'backing up everything',
      method: 'POST',
      path: '/api/backups',
      body: { type: 'full' },
    }),
  'backup.verify': (model: Model) => {
    const backup = backupAtCursor(model);
    if (!backup) return say(model, 'there is no backup here', 'warn');
    const label = `verifying ${backup.id}`;
    return ask(working(model, label), {
      kind: 'backup.verify',
      label,
      method: 'POST',
      path: `/api/backups/${encodeURIComponent(backup.id)}/verify`,
      body: {},
      about: backup.id,
    });
  },
  'backup.restore': (model: Model) => {
    const backup = backupAtCursor(model);
    if (!backup) return say(model, 'there is no backup here', 'warn');
    return ask(model, previewRequest(backup.id, backup.type === 'agent_state' ? backup.agent : null));
  },
};

/** Long work is shown with its time until its answer comes. */
function working(model: Model, label: string): Model {
  return { ...model, working: { label, since: model.data.now } };
}
