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

/**
 * The same for a rule of alerts. A rule that there is, of which nothing fires, is not an unknown one.
 * @throws McError `alert.not_found`; other errors as they are
 */
export async function askRule<T>(rest: RestClient, rule: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof RestError) || error.code !== 'alert.not_found') throw error;
    const known = await ruleNames(rest);
    if (!known.includes(rule)) throw unknownRule(rule, known, error);
    throw new McError('alert.not_found', error.message, { hint: 'what fires: mc alerts list', cause: error });
  }
}

/** @throws McError `alert.not_found` for a rule that is not one of these */
export function mustBeRule(rule: string, rules: readonly { name: string }[]): void {
  const known = rules.map(({ name }) => name);
  if (!known.includes(rule)) throw unknownRule(rule, known);
}

async function ruleNames(rest: RestClient): Promise<string[]> {
  return (await rest.alerts()).rules.map(({ name }) => name);
}

function unknownRule(rule: string, known: readonly string[], cause?: unknown): McError {
  const meant = suggest(rule, known);
  const ways = 'all there are: mc alerts list --rules';
  const hint = meant.length > 0 ? `did you mean ${meant.join(', ')}? Else ${ways}` : ways;
  return new McError('alert.not_found', `there is no rule "${rule}"`, { hint, cause });
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
    if (!isUnknown(error, noun)) throw error;
    throw new McError(`${noun}.not_found`, `there is no ${noun} "${id}"`, {
      hint: hintOf(id, await known(), noun),
      cause: error,
    });
  }
}

/** True when it is this noun that is not there, and not another one that was named beside it. */
function isUnknown(error: unknown, noun: Asked['noun']): boolean {
  if (error instanceof McError) return error.code === `${noun}.not_found`;
  if (!(error instanceof RestError) || error.status !== 404) return false;
  return error.code === `${noun}.not_found` || !error.code?.endsWith('.not_found');
}

function hintOf(word: string, known: readonly string[], noun: Asked['noun']): string {
  const meant = suggest(word, [...new Set(known)]);
  const add = noun === 'agent' ? `mc agents add ${quote(word)}` : 'mc tasks add TEXT';
  const ways = `all there are: mc ${noun}s list; a new one: ${add}`;
  return meant.length > 0 ? `did you mean ${meant.join(', ')}? Else ${ways}` : ways;
}
