import type { Effect, Step } from './effects.js';
import type { Model, Toast } from './model.js';
import type { Request } from './requests.js';

const TOAST_MS = 6000;

/** A step that tells something on the bottom line. */
export function say(model: Model, text: string, tone: Toast['tone'] = 'plain', effects: readonly Effect[] = []): Step {
  return { model: { ...model, toast: { text, tone, until: model.data.now + TOAST_MS } }, effects };
}

/** A step that changes nothing. */
export function stay(model: Model): Step {
  return { model, effects: [] };
}

/** A step that only changes the model. */
export function become(model: Model): Step {
  return { model, effects: [] };
}

/** A step that asks the server for something, and says so until the answer comes. */
export function ask(model: Model, request: Request): Step {
  return say(model, `${request.label}…`, 'plain', [{ type: 'request', request }]);
}

/** The same for long work: it is shown with its time until its answer comes. */
export function askLong(model: Model, request: Request): Step {
  return ask({ ...model, working: { label: request.label, since: model.data.now } }, request);
}
