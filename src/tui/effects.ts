import type { Data } from './link/data.js';
import type { MouseEvent } from './terminal/input.js';
import type { Model, Size } from './model.js';
import type { Request } from './requests.js';

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
  | { type: 'paste'; text: string }
  | { type: 'mouse'; event: MouseEvent }
  | Answered;

/** The answer to a request. */
export type Answered = { type: 'answered'; request: Request } & (
  | { ok: true; value: unknown }
  /** `code`: of the refusal; null when nobody answered. */
  | { ok: false; error: string; hint: string | null; code: string | null }
);

/** A model and what is to be done. */
export interface Step {
  model: Model;
  effects: readonly Effect[];
}
