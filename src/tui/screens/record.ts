import { line } from '../draw/lines.js';
import type { Model } from '../model.js';
import type { Screen } from './screen.js';
import { keysOf, scrolled } from './text.js';

/** One record as it came, whole. */
export const record: Screen = {
  title: (model) => model.record?.title ?? 'record',
  body: (model, size) => scrolled(linesOf(model), model.lists.detail, size),
  list: { keys: (model) => keysOf(linesOf(model)), height: (_, size) => size.rows, top: () => 0, text: true },
  copy: (model) => model.record?.lines.join('\n') ?? null,
};

function linesOf(model: Model) {
  return (model.record?.lines ?? []).map((text) => line(' ', text));
}
