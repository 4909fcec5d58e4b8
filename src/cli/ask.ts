import { McError } from '../base/index.js';
import { RestError, type RestClient } from '../client/index.js';
import { suggest } from './suggest.js';

/**
 * A call about one agent, whose failure for an unknown id names those that may have been meant.
 * @throws McError `agent.not_found`; other errors as they are
 */
export async function askAgent<T>(rest: RestClient, id: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!isUnknown(error)) throw error;
    const known = (await rest.agents()).agents.map((row) => row.id);
    throw new McError('agent.not_found', `there is no agent "${id}"`, {
      hint: hintOf(id, known, 'mc agents list'),
      cause: error,
    });
  }
}

/**
 * The same for a task.
 * @throws McError `task.not_found`; other errors as they are
 */
export async function askTask<T>(rest: RestClient, id: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!isUnknown(error)) throw error;
    const known = (await rest.tasks()).tasks.flatMap((task) => task.id ?? []);
    throw new McError('task.not_found', `there is no task "${id}"`, {
      hint: hintOf(id, known, 'mc tasks list'),
      cause: error,
    });
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof RestError && error.status === 404;
}

function hintOf(word: string, known: readonly string[], list: string): string {
  const meant = suggest(word, [...new Set(known)]);
  return meant.length > 0 ? `did you mean ${meant.join(', ')}? All of them: ${list}` : `all there are: ${list}`;
}
