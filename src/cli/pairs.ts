import { McError } from '../base/index.js';

/**
 * Reads `name=value` pairs with numbers for values.
 * @throws McError `usage` naming the pair and the names that are accepted
 */
export function readNumbers<K extends string>(pairs: readonly string[], names: readonly K[]): Partial<Record<K, number>> {
  const numbers: Partial<Record<K, number>> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at) as K;
    const value = Number(pair.slice(at + 1));
    if (at < 1 || pair.slice(at + 1).trim() === '' || !Number.isFinite(value)) {
      throw new McError('usage', `"${pair}" is no name=number`, { hint: `write it as ${names[0]}=12` });
    }
    if (!names.includes(name)) {
      throw new McError('usage', `"${name}" is no counter`, { hint: `counters: ${names.join(', ')}` });
    }
    numbers[name] = value;
  }
  return numbers;
}
