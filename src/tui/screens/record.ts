import { line } from '../lines.js';
import { windowOf } from '../list.js';
import type { Screen } from './screen.js';

/** One record as it came, whole. */
export const record: Screen = {
  title: (model) => model.record?.title ?? 'record',
  body(model, size) {
    const lines = model.record?.lines ?? [];
    const keys = lines.map((_, index) => String(index));
    const { index } = windowOf(model.lists.detail, keys, size.rows);
    const top = Math.max(0, Math.min(index, lines.length - size.rows));
    return lines.slice(top, top + size.rows).map((text) => line(' ', text));
  },
  list: {
    keys: (model) => (model.record?.lines ?? []).map((_, index) => String(index)),
    height: (_, size) => size.rows,
    top: () => 0,
  },
  copy: (model) => model.record?.lines.join('\n') ?? null,
};
