import type { Agent } from '../../protocol/index.js';
import type { Line } from '../draw/lines.js';
import type { Step } from '../effects.js';
import type { WantedPoll } from '../link/poller.js';
import type { Model, Size } from '../model.js';

/** What a screen is: pure functions of the model. Whatever is true of one screen alone is said here, and nowhere else. */
export interface Screen {
  /** Its name in the breadcrumb. */
  title(model: Model): string;
  /** Its name among the tabs, if it is one; and how many things on it wait for somebody. */
  tab?: { label: string; waiting?(model: Model): number };
  /** Its lines, for a body of this size. Lines that are missing are blank, those too many are cut. */
  body(model: Model, size: Size): Line[];
  /** The list that its cursor moves over, if it has one. */
  list?: {
    /** Keys of the items, in their order. */
    keys(model: Model): readonly string[];
    /** How many of them a body of this size shows. */
    height(model: Model, size: Size): number;
    /** The line of the body on which the first one stands. */
    top(model: Model, size: Size): number;
    /** The items are lines of a text, and the cursor is the first that is shown: it is on nothing that could be opened. */
    text?: true;
  };
  /** A list whose cursor can follow its newest item; it is then nowhere else. */
  follows?: {
    /** The model before its cursor moves: it stands where it is seen to stand. */
    before(model: Model): Model;
    /** The model after its cursor moved `by` items, or was put somewhere (0). */
    after(model: Model, by: number): Model;
  };
  /** What Enter, or a click on the item under the cursor, opens. */
  open?(model: Model): Step;
  /** What Esc takes back before it leaves; null: nothing. */
  back?(model: Model): Model | null;
  /** What `y` copies. */
  copy?(model: Model): string | null;
  /** What it asks the server for, besides what every screen needs. */
  polls?(model: Model): WantedPoll[];
  /** The agent that keys about an agent mean. */
  agent?(model: Model): string | null;
  /** The agents that a body of this size shows: a cell of theirs that changes is marked. */
  marks?(model: Model, size: Size): readonly Agent[];
  /** The screen shows nothing of a server: it is there without one, and never out of date. */
  ofItself?: true;
}
