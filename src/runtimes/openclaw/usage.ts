import { fieldOf } from '../../protocol/index.js';
import { picoOf, tokensOf } from '../values.js';
import { pathOf } from './values.js';

/** What one entry says of tokens. Cache counts are not in `input`. */
export interface EntryUsage {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  /** 10⁻¹² USD; null: it does not say, or says 0, which means the same. */
  reportedPico: bigint | null;
  /** A count was negative, not a number or beyond all measure: it is 0 here. */
  doubtful: boolean;
}

/** Names of counts differ by provider and by version; the first that is above zero is it. */
const INPUT = [['input'], ['inputTokens'], ['input_tokens'], ['promptTokens'], ['prompt_tokens']];
const OUTPUT = [['output'], ['outputTokens'], ['output_tokens'], ['completionTokens'], ['completion_tokens']];
const CACHE_READ = [
  ['cacheRead'],
  ['cache_read'],
  ['cache_read_input_tokens'],
  ['cached_tokens'],
  ['prompt_tokens_details', 'cached_tokens'],
];
const CACHE_WRITE = [['cacheWrite'], ['cache_write'], ['cache_creation_input_tokens']];

/** Reads `message.usage` (or `usage` beside it) of an entry; null: there is none. */
export function usageOf(entry: unknown): EntryUsage | null {
  const usage = pathOf(entry, 'message', 'usage') ?? fieldOf(entry, 'usage');
  if (typeof usage !== 'object' || usage === null) return null;
  const counts = [INPUT, OUTPUT, CACHE_READ, CACHE_WRITE].map((names) => countOf(usage, names));
  const [input = 0, output = 0, cacheRead = 0, cacheWrite = 0] = counts.map((count) => count ?? 0);
  return {
    input,
    output,
    cacheRead,
    cacheWrite,
    reportedPico: picoOf(fieldOf(usage, 'cost')) ?? picoOf(pathOf(usage, 'cost', 'total')),
    doubtful: counts.includes(null),
  };
}

/** Null: something stands there that is not a count. */
function countOf(usage: unknown, names: string[][]): number | null {
  const values = names.map((path) => pathOf(usage, ...path));
  let bad = false;
  const counts = values.map((value) =>
    tokensOf(value, () => {
      bad = true;
    }),
  );
  return counts.find((count) => count > 0) ?? (bad ? null : 0);
}
