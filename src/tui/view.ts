import { bannerLine } from './chrome/banner.js';
import { hintLine } from './chrome/hints.js';
import { headerLine, ruleLine, tabsLine } from './chrome/header.js';
import { promptLines } from './chrome/prompt.js';
import { isLive } from './link/data.js';
import { BLANK, layRow, type Line, type Row, rowText } from './draw/lines.js';
import type { Model, Size } from './model.js';
import { screenOf } from './screens/index.js';
import { waitingBody } from './screens/waiting.js';
import type { Theme } from './draw/theme.js';

/** The whole window as text with escape sequences: exactly `rows` lines of exactly `columns` columns. */
export function view(model: Model, size: Size, theme: Theme): string[] {
  return frameOf({ ...model, size }, theme).map(rowText);
}

/** The whole window as rows of cells, for the painter. */
export function frameOf(model: Model, theme: Theme): Row[] {
  const { columns, rows } = model.size;
  const head = headOf(model);
  const foot = footOf(model);
  const body = bodyOf(model, rows - head.length - foot.length);
  const faded = !isLive(model.data) && model.data.view.hello !== null && !screenOf(model.screen).ofItself;
  return [
    ...head.map((line) => layRow(line, columns, theme, false)),
    ...body.map((line) => layRow(line, columns, theme, faded)),
    ...foot.map((line) => layRow(line, columns, theme, false)),
  ].slice(0, rows);
}

/** The room that a screen has, of a window of this size. */
export function bodySize(model: Model): Size {
  const { columns, rows } = model.size;
  return { columns, rows: Math.max(0, rows - headRows(model) - footOf(model).length) };
}

/** Lines above the body: where a click on the window falls into it. */
export function headRows(model: Model): number {
  return (hasTabs(model) ? 3 : 1) + (bannerOf(model) === null ? 0 : 1);
}

/** True when there is room for the tabs, on the second line. */
export function hasTabs({ size }: Model): boolean {
  return size.rows >= 10;
}

/** Left out where the window has no room for it. */
function bannerOf(model: Model): Line | null {
  return model.size.rows >= 5 ? bannerLine(model) : null;
}

function headOf(model: Model): Line[] {
  const banner = bannerOf(model);
  const head = hasTabs(model) ? [headerLine(model), tabsLine(model), ruleLine(model)] : [headerLine(model)];
  return banner === null ? head : [...head, banner];
}

function footOf(model: Model): Line[] {
  if (model.size.rows < 3) return [];
  return model.prompt ? promptLines(model) : [hintLine(model)];
}

function bodyOf(model: Model, rows: number): Line[] {
  const height = Math.max(0, rows);
  const size = { columns: model.size.columns, rows: height };
  const screen = screenOf(model.screen);
  const nothing = model.data.view.hello === null && !screen.ofItself;
  const lines = nothing ? waitingBody(model, size) : screen.body(model, size);
  return Array.from({ length: height }, (_, index) => lines[index] ?? BLANK);
}
