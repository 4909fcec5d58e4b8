import { BLANK, type Line, line } from '../draw/lines.js';
import { keysOf, type Listed, stateOf, windowOf } from '../list.js';
import type { Model, Size } from '../model.js';
import type { Screen } from './screen.js';

/** A list that fills a screen: its rows, with lines above and below them. */
export interface ListScreen<Row> {
  list: Listed<Row>;
  /** One row; `cursor`: it is the one under the cursor. */
  line(row: Row, shown: { model: Model; size: Size; cursor: boolean }): Line;
  /** The lines above; `count`: of all rows. */
  head(model: Model, size: Size, count: number): Line[];
  /** The lines below; `row`: the one under the cursor. */
  foot?(model: Model, size: Size, row: Row | undefined, count: number): Line[];
  /** How many lines `head` and `foot` are, whatever the rows are. */
  around(model: Model, size: Size): number;
  /** What is said when there is no row. */
  empty(model: Model): string;
  /** What is shown in place of all this; null: nothing stands in the way. */
  instead?(model: Model): Line[] | null;
}

/** Body and list of a screen that is one list. */
export function listScreen<Row>(screen: ListScreen<Row>): Pick<Screen, 'body' | 'list'> {
  const heightOf = (model: Model, size: Size) => Math.max(1, size.rows - screen.around(model, size));
  return {
    body(model, size) {
      const instead = screen.instead?.(model) ?? null;
      if (instead !== null) return instead;
      const rows = screen.list.rows(model);
      const height = heightOf(model, size);
      const { index, top } = windowOf(stateOf(screen.list, model), keysOf(screen.list, model), height);
      const shown = rows
        .slice(top, top + height)
        .map((row, offset) => screen.line(row, { model, size, cursor: top + offset === index }));
      if (rows.length === 0) shown.push(line(['dim', screen.empty(model)]));
      const fill = Array.from({ length: Math.max(0, height - shown.length) }, () => BLANK);
      const below = screen.foot?.(model, size, rows[index], rows.length) ?? [];
      return [...screen.head(model, size, rows.length), ...shown, ...fill, ...below];
    },
    list: {
      keys: (model) => keysOf(screen.list, model),
      height: heightOf,
      top: (model, size) => screen.head(model, size, 0).length,
    },
  };
}
