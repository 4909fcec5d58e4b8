import { keySign } from '../draw/key-signs.js';
import { bindingsOf } from '../keys.js';
import { fit, type Line, type Span, spansWidth } from '../draw/lines.js';
import type { Model } from '../model.js';

/** The bottom line: what was just said, else the keys that matter here. */
export function hintLine(model: Model): Line {
  const { toast, data, size } = model;
  if (toast && toast.until > data.now) return { spans: fit([' ', [toast.tone, toast.text]], size.columns) };
  return { spans: fit(hintSpans(model), size.columns) };
}

/** As many hints as there is room for; help and quit always, because they lead to the others. */
function hintSpans(model: Model): Span[] {
  const all = bindingsOf(model, model.screen).filter(({ hint }) => hint !== undefined);
  const hints = all.map(({ keys, hint, action }) => ({
    action,
    spans: [' ', ['key', keySign(keys[0] ?? '')], ['dim', ` ${hint} `]] satisfies Span[],
  }));
  const must = hints.filter(({ action }) => action === 'help' || action === 'quit');
  const rest = hints.filter(({ action }) => action !== 'help' && action !== 'quit');
  const widthOf = (spans: readonly { spans: Span[] }[]) => spans.reduce((sum, hint) => sum + spansWidth(hint.spans), 0);
  let room = model.size.columns - widthOf(must) - (model.options.readonly ? 11 : 0);
  const kept: Span[] = [];
  for (const { spans } of rest) {
    room -= spansWidth(spans);
    if (room < 0) break;
    kept.push(...spans);
  }
  const readonly: Span[] = model.options.readonly ? [['warn', ' read-only ']] : [];
  return [...kept, ...must.flatMap(({ spans }) => spans), ...readonly];
}
