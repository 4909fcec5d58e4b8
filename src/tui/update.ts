import { isLive } from './link/data.js';
import type { Message, Step } from './effects.js';
import { ACTIONS } from './actions/index.js';
import { answered } from './answered.js';
import { bindingFor } from './keys.js';
import { arrived } from './arrived.js';
import type { Model } from './model.js';
import { press } from './mouse.js';
import { promptKey, promptPaste } from './prompt.js';
import { say } from './say.js';

/** What the dashboard becomes after something happened, and what is to be done outside of it. Pure. */
export function update(model: Model, message: Message): Step {
  switch (message.type) {
    case 'data':
      return arrived(model, message.data);
    case 'size':
      return { model: { ...model, size: message.size }, effects: [] };
    case 'key':
      return key(model, message.key);
    case 'paste':
      return model.prompt ? promptPaste(model, model.prompt, message.text) : say(model, PASTED_NOWHERE, 'warn');
    case 'mouse':
      return model.options.mouse ? press(model, message.event, key) : { model, effects: [] };
    case 'answered':
      return answered(model, message);
    default:
      return { model, effects: [] };
  }
}

const PASTED_NOWHERE =
  'pasted text is used only where something is asked: press / to filter, : for a command, then paste';

function key(model: Model, name: string): Step {
  if (name === 'ctrl+c') return { model, effects: [{ type: 'quit' }] };
  if (name === 'ctrl+z') return { model, effects: [{ type: 'suspend' }] };
  if (model.prompt) return promptKey(model, model.prompt, name);
  const binding = bindingFor(model, name);
  if (!binding) return { model, effects: [] };
  if (binding.writes && !isLive(model.data)) return say(model, 'not connected: nothing can be changed now', 'warn');
  return ACTIONS[binding.action](model, name);
}
