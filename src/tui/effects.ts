import type { Data } from './link/data.js';
import type { MouseEvent } from './terminal/input.js';
import type { Model, Size } from './model.js';

/** A call of the REST API. `kind` says what its answer means to `answered`. */
export interface Request {
  kind:
    | 'report'
    | 'task.add'
    | 'task.done'
    | 'task.undo'
    | 'notify'
    | 'notification.ack'
    | 'backup.create'
    | 'backup.verify'
    | 'restore.preview'
    | 'restore';
  /** Words for a person: `set api to idle`. */
  label: string;
  method: 'POST' | 'PATCH';
  path: string;
  body?: unknown;
  /** The subject: a task's key and its status before, a backup's id. */
  about?: string;
  /** The one agent that a restore is for. */
  agent?: string | null;
}

/** Something to be done outside of the model. */
export type Effect =
  | { type: 'request'; request: Request }
  | { type: 'copy'; text: string }
  /** Asks for everything that is shown anew, and draws the whole window. */
  | { type: 'refresh' }
  | { type: 'mouse'; on: boolean }
  /** Bell and desktop notice. */
  | { type: 'alarm'; text: string }
  /** Stops the process, as a shell's job. */
  | { type: 'suspend' }
  | { type: 'quit' };

/** What happened. */
export type Message =
  | { type: 'data'; data: Data }
  | { type: 'size'; size: Size }
  | { type: 'key'; key: string }
  | { type: 'mouse'; event: MouseEvent }
  | Answered;

/** The answer to a request. */
export type Answered = { type: 'answered'; request: Request } & (
  | { ok: true; value: unknown }
  /** `status`: of HTTP; null when nobody answered. */
  | { ok: false; error: string; hint: string | null; status: number | null }
);

/** A model and what is to be done. */
export interface Step {
  model: Model;
  effects: readonly Effect[];
}
