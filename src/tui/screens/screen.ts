import type { Line } from '../draw/lines.js';
import type { Model, Size } from '../model.js';

/** What a screen is: pure functions of the model. */
export interface Screen {
  /** Its name in the breadcrumb. */
  title(model: Model): string;
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
  };
  /** What `y` copies. */
  copy?(model: Model): string | null;
}
