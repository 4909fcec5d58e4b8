import { McError } from '../../base/index.js';
import { beginEngine } from './begin.js';
import type { EngineSetup } from './contract.js';
import type { Questions } from './questions.js';

/** What a thread is asked: first of all to begin, then any question. */
export type Asked = { name: 'begin'; input: EngineSetup } | { name: keyof Questions; input: unknown };

/** Does what is asked, one after the other. */
export function createPerformer(): (asked: Asked) => Promise<unknown> {
  let questions: Questions | null = null;
  return async ({ name, input }) => {
    if (name === 'begin') {
      questions?.close();
      questions = null;
      questions = await beginEngine(input);
      return null;
    }
    if (questions === null) throw new McError('internal', 'the runtimes are not read yet');
    return (questions[name] as (input: unknown) => unknown)(input);
  };
}
