import type { Step } from '../effects.js';
import type { Model } from '../model.js';
import { backupRequest, previewRequest, verifyRequest } from '../requests.js';
import { ask, askLong, say } from '../say.js';
import { atCursor } from '../list.js';
import { backupList } from '../lists/backups.js';

export const BACKUP_ACTIONS = {
  'backup.create': (model: Model) => askLong(model, backupRequest(null)),
  'backup.verify': (model: Model) => {
    const backup = atCursor(backupList, model);
    return backup ? askLong(model, verifyRequest(backup.id)) : nothing(model);
  },
  'backup.restore': (model: Model) => {
    const backup = atCursor(backupList, model);
    if (!backup) return nothing(model);
    const agent = backup.backup_type === 'agent_state' ? backup.agent : null;
    return ask(model, previewRequest(backup.id, agent));
  },
};

function nothing(model: Model): Step {
  return say(model, 'there is no backup here', 'warn');
}
