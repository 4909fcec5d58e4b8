import { readBackup, readCreatedIds, readRestoreReport, readVerifyReport } from '../protocol/index.js';
import { bytes } from '../view/index.js';
import { newEditor } from './editor.js';
import type { Answered, Effect, Step } from './effects.js';
import { isMissingRoute } from './link/answers.js';
import type { Model } from './model.js';
import { type Request, restoreRequest } from './requests.js';
import { say } from './say.js';

/** How long a task that was marked done can be taken back. */
const UNDO_MS = 10_000;

const REFRESH: Effect = { type: 'refresh' };

/** What the server said to a request. */
export function answered(model: Model, message: Answered): Step {
  const { request } = message;
  const idle = model.working?.label === request.label ? { ...model, working: null } : model;
  if (!message.ok) return refused(idle, request, message);
  const { value } = message;
  switch (request.kind) {
    case 'task.done': {
      const undo = { ...request.before, until: model.data.now + UNDO_MS };
      return say({ ...idle, undo }, `✓ ${undo.name} is done · u takes it back (10 s)`, 'good');
    }
    case 'task.add':
      return say(idle, `✓ added ${readCreatedIds(value).join(', ') || 'the task'}`, 'good');
    case 'backup.create': {
      const backup = readBackup(value);
      return say(idle, `✓ backup ${backup?.id ?? ''} ${bytes(backup?.size_bytes ?? null)}`, 'good', [REFRESH]);
    }
    case 'backup.verify': {
      const { ok, errors } = readVerifyReport(value);
      if (ok) return say(idle, `✓ ${request.backup} is sound`, 'good', [REFRESH]);
      return say(idle, `✕ ${request.backup}: ${errors[0] ?? 'damaged'}`, 'bad', [REFRESH]);
    }
    case 'restore.preview':
      return confirmRestore(idle, request, value);
    case 'restore': {
      const { message: said, safety_backup: safety } = readRestoreReport(value);
      return say(idle, `✓ ${said ?? 'restored'} · safety backup ${safety ?? 'none'}`, 'good', [REFRESH]);
    }
    default:
      return say(idle, `✓ ${request.label}`, 'good');
  }
}

/** The differences, and the word that has to be typed. */
function confirmRestore(
  model: Model,
  { backup, agent }: { backup: string; agent: string | null },
  value: unknown,
): Step {
  const { added, changed, removed, same } = readRestoreReport(value);
  if (added.length + changed.length === 0)
    return say({ ...model, toast: null }, `the workspace is as ${backup} has it: nothing to restore`, 'good');
  const room = Math.max(2, Math.min(10, model.size.rows - 12));
  const all = [
    ...changed.map((path) => `~ ${path}`),
    ...added.map((path) => `+ ${path}`),
    ...removed.map((path) => `  ${path} (kept: it is not in the backup)`),
  ];
  const more = all.length > room ? [`  and ${all.length - room} more`] : [];
  const what = agent === null ? `everything from ${backup}` : `${agent} from ${backup}`;
  const lines = [
    `Restore ${what}?`,
    `${changed.length} changed, ${added.length} added, ${removed.length} kept, ${same ?? '–'} the same. A safety backup is taken first.`,
    ...all.slice(0, room),
    ...more,
  ];
  const word = agent ?? 'restore';
  const request = restoreRequest(backup, agent);
  const prompt = { name: 'confirm' as const, lines, word, request, editor: newEditor() };
  return { model: { ...model, prompt, toast: null }, effects: [] };
}

function refused(model: Model, { label }: Request, { error, hint, code }: Extract<Answered, { ok: false }>): Step {
  if (isMissingRoute(code)) return say(model, `✕ ${label}: not available on this server`, 'bad');
  return say(model, `✕ ${label}: ${error}${hint === null ? '' : ` (${hint})`}`, 'bad');
}
