import { createHash } from 'node:crypto';
import { McError, readRegular, toMcError, wasRead } from '../../base/index.js';
import { type BundledPrices, loadBundledPrices } from './bundle.js';
import { type PriceEntry, parsePriceFile, pricesBy } from './price-file.js';
import type { Cost, PriceTable } from './rates.js';

export interface Prices {
  /** As of the last `refresh`. */
  readonly table: PriceTable;
  /** What is wrong with the price file; the last good one is in force then. null: nothing. */
  readonly fault: McError | null;
  /** Reads the file again if it changed. True: `table` is another one now. */
  refresh(): Promise<boolean>;
}

export interface PriceSource {
  /** The user's price file; there need not be one, unless it is `named`. */
  path: string;
  /** True: somebody asked for this very file, so that its absence is a fault. */
  named?: boolean;
}

/** A price file has some hundred entries. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Prices as they are now: the user's file before the table that comes with the program. Never throws for the file. */
export async function openPrices(source: PriceSource): Promise<Prices> {
  const bundle = await loadBundledPrices();
  let table = tableOf([], 'none', bundle);
  let fault: McError | null = null;
  /** The text that was looked at last, and what was wrong with it. */
  let seen: { text: string | null; fault: McError | null } = { text: null, fault: null };
  const prices = {
    get table() {
      return table;
    },
    get fault() {
      return fault;
    },
    async refresh() {
      const { text, problem } = await readText(source);
      if (problem === null && text !== seen.text) {
        const next = tableFrom(text, source.path, bundle);
        seen = { text, fault: next instanceof McError ? next : null };
        fault = seen.fault;
        if (next instanceof McError) return false;
        table = next;
        return true;
      }
      fault = problem ?? seen.fault;
      return false;
    },
  };
  await prices.refresh();
  return prices;
}

/** The prices with a file of this text (null: with none), or what is wrong with it. */
function tableFrom(text: string | null, path: string, bundle: BundledPrices): PriceTable | McError {
  if (text === null) return tableOf([], 'none', bundle);
  try {
    return tableOf(parsePriceFile(text, path), hashOf(text), bundle);
  } catch (error) {
    return toMcError(error);
  }
}

/** What the runtime reported, else what the user's file says, else the bundled table; else it has no price. */
function tableOf(entries: readonly PriceEntry[], fileVersion: string, bundle: BundledPrices): PriceTable {
  const costByFile = pricesBy(entries);
  return {
    version: `${fileVersion}+${bundle.version}`,
    costOf(response): Cost | null {
      const { reported_pico: reported } = response;
      if (reported !== null && reported > 0n) return { pico: reported, basis: 'reported' };
      const byFile = costByFile(response);
      if (byFile !== undefined) return byFile === null ? null : { pico: byFile, basis: 'file' };
      const pico = bundle.costOf(response);
      return pico === null ? null : { pico, basis: 'bundle' };
    },
  };
}

async function readText({ path, named }: PriceSource): Promise<{ text: string | null; problem: McError | null }> {
  const file = await readRegular(path, { limit: MAX_BYTES });
  if (wasRead(file)) return { text: file.bytes.toString('utf8'), problem: null };
  if (file === null && named !== true) return { text: null, problem: null };
  const hint = named === true ? 'name a file that can be read with --prices' : 'mend the file or remove it';
  const reason = file === null ? 'there is no such file' : file.reason;
  return { text: null, problem: new McError('config.invalid', `${path}: ${reason}`, { hint }) };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
