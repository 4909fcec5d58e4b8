import { visiblePart } from '../editor.js';
import { fit, type Line, type Span, spansWidth } from '../draw/lines.js';
import type { Model, Prompt } from '../model.js';
import { completions } from '../palette.js';

/** The question at the bottom, and above it what there is to know for the answer. */
export function promptLines(model: Model): Line[] {
  const { prompt, size } = model;
  if (prompt === null) return [];
  const input = { spans: inputSpans(prompt, size.columns) };
  const above = aboveOf(prompt, model);
  const room = Math.max(0, Math.min(above.length, size.rows - 4));
  return [...above.slice(0, room).map((spans) => ({ spans: fit(spans, size.columns) })), input];
}

function aboveOf(prompt: Prompt, model: Model): Span[][] {
  switch (prompt.name) {
    case 'confirm':
      return [[['rule', '─'.repeat(model.size.columns)]], ...prompt.lines.map((text): Span[] => [' ', text])];
    case 'ask':
      return prompt.choices.length > 0 ? [choiceSpans(prompt.choices, prompt.editor.text)] : [];
    case 'command': {
      const words = completions(prompt.editor.text, model);
      return words.length > 0 ? [choiceSpans(words, prompt.editor.text.split(' ').at(-1) ?? '')] : [];
    }
    default:
      return [];
  }
}

function choiceSpans(choices: readonly string[], typed: string): Span[] {
  const shown = choices.filter((word) => word.startsWith(typed));
  return [['dim', ' Tab: '], ...(shown.length > 0 ? shown : choices).slice(0, 40).map((word): Span => `${word}  `)];
}

function inputSpans(prompt: Prompt, columns: number): Span[] {
  const label = labelOf(prompt);
  const width = Math.max(4, columns - spansWidth([label]) - 2);
  const { before, after } = visiblePart(prompt.editor, width);
  return [['accent', label], before, ['accent', '▌'], after];
}

function labelOf(prompt: Prompt): string {
  switch (prompt.name) {
    case 'filter':
      return ' / ';
    case 'command':
      return ' : ';
    case 'confirm':
      return ` type ${prompt.word} to go on: `;
    default:
      return ` ${prompt.question}: `;
  }
}
