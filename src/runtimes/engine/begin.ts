import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { isAgentId, type RuntimeName } from '../../protocol/index.js';
import { besideWorkspace } from '../agents.js';
import { openLedger } from '../ledger/ledger.js';
import { openPrices } from '../prices/prices.js';
import { processesGiven } from '../processes-given.js';
import { processesHere } from '../processes-here.js';
import type { OpenReader } from '../reader.js';
import type { EngineSetup } from './contract.js';
import { createEngine } from './engine.js';
import { createQuestions, type Questions } from './questions.js';
import { READERS } from './readers.js';
import { ownScratch, remove } from './scratch.js';

/** How long it is believed that the workspace has, or has not, an agent of a name, in milliseconds. */
const BELIEVED_MS = 30_000;

/** Opens the ledger, the prices and the readers. @throws McError when the prices that come with the program cannot be loaded */
export async function beginEngine(setup: EngineSetup): Promise<Questions> {
  const prices = await openPrices(setup.prices);
  const { ledger, setAside, fault } = await openLedger(setup.database, prices.table);
  const shown = namesBeside(setup.agentsDirectory);
  const readers = new Map<RuntimeName, { open: OpenReader; roots: readonly string[] }>();
  for (const runtime of setup.runtimes) {
    const open = READERS[runtime];
    if (open) readers.set(runtime, { open, roots: setup.roots[runtime] ?? [] });
  }
  const { home, temporary, version, pace, processes: given } = setup;
  const scratch = ownScratch(setup.scratch);
  const engine = createEngine({
    readers,
    setup: { home, temporary, scratch, version, pace },
    ledger,
    book: ledger.projects,
    prices,
    processes: given === null ? () => processesHere() : () => processesGiven(given),
    shown,
  });
  // What had to be done for the ledger: nothing, or what was set aside, or why nothing is kept.
  const notes = [setAside, fault === null ? null : `usage is not kept: ${fault}`].filter((note) => note !== null);
  const questions = createQuestions({ engine, ledger, prices, runtimes: setup.runtimes, shown, notes });
  return {
    ...questions,
    close() {
      questions.close();
      remove(scratch);
    },
  };
}

/** What agents of runtimes are called beside the workspace's: those come first. */
function namesBeside(directory: string | null): (agent: string) => string {
  if (directory === null) return (agent) => agent;
  const believed = new Map<string, { name: string; until: number }>();
  const isTaken = (id: string): boolean => {
    try {
      return isAgentId(id) && lstatSync(join(directory, id), { throwIfNoEntry: false }) !== undefined;
    } catch {
      return false;
    }
  };
  return (agent) => {
    const at = performance.now();
    const known = believed.get(agent);
    if (known && known.until > at) return known.name;
    const name = besideWorkspace(agent, isTaken);
    believed.set(agent, { name, until: at + BELIEVED_MS });
    return name;
  };
}
