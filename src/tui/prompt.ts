import { runCommand } from './actions/commands.js';
import { runAnswer } from './actions/questions.js';
import { type Editor, editLine, newEditor, pasteInto } from './editor.js';
import type { Step } from './effects.js';
import { listName, listOf, type Model, type Prompt } from './model.js';
import { complete, parseCommand } from './palette.js';
import { askLong, become, say } from './say.js';

/** A key while a question stands at the bottom. */
export function promptKey(model: Model, prompt: Prompt, key: string): Step {
  if (key === 'escape') return become(withoutPrompt(prompt.name === 'filter' ? filtered(model, prompt.before) : model));
  if (key === 'enter') return entered(model, prompt);
  if (prompt.name === 'command' && (key === 'up' || key === 'down')) return become(recalled(model, prompt, key));
  if (key === 'tab') return become({ ...model, prompt: completed(model, prompt) });
  if (key === 'backspace' && prompt.editor.text === '') return become(withoutPrompt(model));
  return become(written(model, prompt, editLine(prompt.editor, key)));
}

/** A paste while a question stands at the bottom: one line of text, which nothing but Enter sends. */
export function promptPaste(model: Model, prompt: Prompt, text: string): Step {
  return become(written(model, prompt, pasteInto(prompt.editor, text)));
}

/** A filter works while it is written. */
function written(model: Model, prompt: Prompt, editor: Editor): Model {
  const next = { ...model, prompt: { ...prompt, editor } };
  return prompt.name === 'filter' ? filtered(next, editor.text) : next;
}

function entered(model: Model, prompt: Prompt): Step {
  const closed = withoutPrompt(model);
  const text = prompt.editor.text.trim();
  switch (prompt.name) {
    case 'filter':
      return become(filtered(closed, text));
    case 'command': {
      if (text === '') return become(closed);
      const history = [...model.history.filter((line) => line !== text), text].slice(-50);
      return runCommand({ ...closed, history }, parseCommand(text, model.data.now));
    }
    case 'confirm':
      if (text !== prompt.word) return say(closed, `nothing was done: "${prompt.word}" was not typed`, 'warn');
      return askLong(closed, prompt.request);
    default:
      return text === '' ? become(closed) : runAnswer(closed, prompt.purpose, text);
  }
}

function filtered(model: Model, filter: string): Model {
  return { ...model, lists: { ...model.lists, [listName(model)]: { ...listOf(model), filter } } };
}

function withoutPrompt(model: Model): Model {
  return { ...model, prompt: null };
}

function recalled(model: Model, prompt: Extract<Prompt, { name: 'command' }>, key: 'up' | 'down'): Model {
  const recall = Math.max(0, Math.min(model.history.length, prompt.recall + (key === 'up' ? 1 : -1)));
  const text = recall === 0 ? '' : (model.history.at(-recall) ?? '');
  return { ...model, prompt: { ...prompt, recall, editor: newEditor(text) } };
}

function completed(model: Model, prompt: Prompt): Prompt {
  if (prompt.name === 'command') return { ...prompt, editor: newEditor(complete(prompt.editor.text, model)) };
  if (prompt.name !== 'ask') return prompt;
  return { ...prompt, editor: nextChoice(prompt.editor, prompt.choices) };
}

/** The first choice that begins with what is written; the next one when it is a choice already. */
function nextChoice({ text }: Editor, choices: readonly string[]): Editor {
  const at = choices.indexOf(text);
  const found = at >= 0 ? choices[(at + 1) % choices.length] : choices.find((choice) => choice.startsWith(text));
  return newEditor(found ?? text);
}
