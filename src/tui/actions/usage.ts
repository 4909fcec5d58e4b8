import { type Model, USED_BY, USED_SINCE } from '../model.js';
import { become } from '../say.js';

export const USAGE_ACTIONS = {
  'usage.by': (model: Model) => become(by(model, 1)),
  'usage.byBack': (model: Model) => become(by(model, -1)),
  'usage.longer': (model: Model) => become(since(model, 1)),
  'usage.shorter': (model: Model) => become(since(model, -1)),
};

function by(model: Model, step: 1 | -1): Model {
  const index = (USED_BY.indexOf(model.usage.by) + step + USED_BY.length) % USED_BY.length;
  return { ...model, usage: { ...model.usage, by: USED_BY[index] ?? 'agent' } };
}

function since(model: Model, step: 1 | -1): Model {
  const index = Math.max(0, Math.min(USED_SINCE.length - 1, USED_SINCE.indexOf(model.usage.since) + step));
  return { ...model, usage: { ...model.usage, since: USED_SINCE[index] ?? 'today' } };
}
