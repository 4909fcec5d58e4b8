import { bytes } from '../view/index.js';
import { field, list, number, text } from './link/answers.js';
import { newEditor } from './editor.js';
import type { Answered, Effect, Request, Step } from './effects.js';
import type { Model } from './model.js';
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
      const before = JSON.parse(request.about ?? '{}') as { task: string; status: string; label: string };
      const undo = { ...before, until: model.data.now + UNDO_MS };
      return say({ ...idle, undo }, `✓ ${before.label} is done · u takes it back (10 s)`, 'good');
    }
    case 'task.add':
      return say(idle, `✓ added ${list(field(value, 'ids')).join(', ') || 'the task'}`, 'good');
    case 'backup.create':
      return say(
        idle,
        `✓ backup ${text(field(value, 'id')) ?? ''} ${bytes(number(field(value, 'size_bytes')))}`,
        'good',
        [REFRESH],
      );
    case 'backup.verify': {
      const errors = list(field(value, 'errors'));
      const sound = field(value, 'ok') === true;
      return say(
        idle,
        sound ? `✓ ${request.about} is sound` : `✕ ${request.about}: ${String(errors[0] ?? 'damaged')}`,
        sound ? 'good' : 'bad',
        [REFRESH],
      );
    }
    case 'restore.preview':
      return confirmRestore(idle, request, value);
    case 'restore':
      return say(
        idle,
        `✓ ${text(field(value, 'message')) ?? 'restored'} · safety backup ${text(field(value, 'safety_backup')) ?? 'none'}`,
        'good',
        [REFRESH],
      );
    default:
      return say(idle, `✓ ${request.label}`, 'good');
  }
}

/** The differences, and the word that has to be typed. */
function confirmRestore(model: Model, { about = '', agent }: Request, value: unknown): Step {
  const files = (name: string) => list(field(value, name)).map(String);
  const [added, changed, removed] = [files('added'), files('changed'), files('removed')];
  if (added.length + changed.length === 0)
    return say({ ...model, toast: null }, `the workspace is as ${about} has it: nothing to restore`, 'good');
  const same = number(field(value, 'same'));
  const room = Math.max(2, Math.min(10, model.size.rows - 12));
  const all = [
    ...changed.map((path) => `~ ${path}`),
    ...added.map((path) => `+ ${path}`),
    ...removed.map((path) => `  ${path} (kept: it is not in the backup)`),
  ];
  const more = all.length > room ? [`  and ${all.length - room} more`] : [];
  const what = agent ? `${agent} from ${about}` : `everything from ${about}`;
  const lines = [
    `Restore ${what}?`,
    `${changed.length} changed, ${added.length} added, ${removed.length} kept, ${same ?? '–'} the same. A safety backup is taken first.`,
    ...all.slice(0, room),
    ...more,
  ];
  const word = agent ?? 'restore';
  const prompt = {
    name: 'confirm' as const,
    lines,
    word,
    action: 'restore',
    about: agent ? `${about} ${agent}` : about,
    editor: newEditor(),
  };
  return { model: { ...model, prompt, toast: null }, effects: [] };
}

function refused(model: Model, request: Request, { error, hint, status }: Extract<Answered, { ok: false }>): Step {
  if (
    status === 404 &&
    request.kind !== 'report' &&
    /route|not found/i.test(error) &&
    !/task|notification|backup/i.test(error)
  ) {
    return say(model, `✕ ${request.label}: not available on this server`, 'bad');
  }
  return say(model, `✕ ${request.label}: ${error}${hint === null ? '' : ` (${hint})`}`, 'bad');
}
