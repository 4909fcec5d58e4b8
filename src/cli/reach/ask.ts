import { McError, suggest } from '../../base/index.js';
import { RestError, type RestClient } from '../../client/index.js';
import { quote } from '../quote.js';

/**
 * A call about one agent, whose failure for an unknown id names those that may have been meant.
 * @throws McError `agent.not_found`; other errors as they are
 */
export function askAgent<T>(rest: RestClient, id: string, call: () => Promise<T>): Promise<T> {
  const known = async () => (await rest.agents()).agents.map((row) => row.id);
  return ask(call, { noun: 'agent', id, known });
}

/**
 * The same for a task.
 * @throws McError `task.not_found`; other errors as they are
 */
export function askTask<T>(rest: RestClient, id: string, call: () => Promise<T>): Promise<T> {
  const known = async () => (await rest.tasks()).tasks.flatMap((task) => task.id ?? []);
  return ask(call, { noun: 'task', id, known });
}

/** @throws McError `agent.not_found` for an id that no agent has, naming those that may have been meant */
export async function mustKnowAgent(rest: RestClient, id: string): Promise<void> {
  await askAgent(rest, id, () => rest.agent(id));
}

interface Asked {
  noun: 'agent' | 'task';
  id: string;
  known: () => Promise<string[]>;
}

async function ask<T>(call: () => Promise<T>, { noun, id, known }: Asked): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!isUnknown(error)) throw error;
    throw new McError(`${noun}.not_found`, `there is no ${noun} "${id}"`, {
      hint: hintOf(id, await known(), noun),
      cause: error,
    });
  }
}

function isUnknown(error: unknown): boolean {
  if (error instanceof McError) return error.code.endsWith('.not_found');
  return error instanceof RestError && error.status === 404;
}

function hintOf(word: string, known: readonly string[], noun: Asked['noun']): string {
  const meant = suggest(word, [...new Set(known)]);
  const add = noun === 'agent' ? `mc agents add ${quote(word)}` : 'mc tasks add TEXT';
  const ways = `all there are: mc ${noun}s list; a new one: ${add}`;
  return meant.length > 0 ? `did you mean ${meant.join(', ')}? Else ${ways}` : ways;
}
