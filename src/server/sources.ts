import { setTimeout as wait } from 'node:timers/promises';
import { toMcError } from '../base/index.js';
import type { Logger } from '../base/log.js';
import {
  type AgentReading,
  emptyReading,
  type OpenSource,
  type Reading,
  type Source,
  type SourceDetail,
} from '../protocol/index.js';
import { mergeAgentReadings } from '../state/index.js';
import { createLastErrors, isSameDetail, wireFailure } from './last-errors.js';

/** How long the first reading waits for sources beside the workspace, in milliseconds. What comes later is a change. */
const START_MS = 5000;

export interface SourcesOptions {
  /** The workspace first: its word counts before the others', and without it nothing starts. */
  open: readonly [OpenSource, ...OpenSource[]];
  onReading: (reading: Reading) => void;
  log: Logger;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** What paths in messages are shown relative to. */
  root?: string | undefined;
  startMs?: number;
}

/** Several sources, as one. */
export interface Sources {
  /** The first reading of all of them. Fails only when the workspace's does. */
  start(): Promise<Reading>;
  /** Per name, from memory. The very same object as long as nothing in it has changed: probes ask all day. */
  health(): Record<string, SourceDetail>;
  /** Closes all of them, whatever becomes of one. @throws AggregateError with those that would not */
  close(): Promise<void>;
}

/** One source, and what it says so far. */
interface Held {
  source: Source;
  agents: Map<string, AgentReading>;
  /** What it reported before its first reading was taken in: it is newer. null: that has happened. */
  early: Reading[] | null;
  /** Why it could not be started. */
  failed: string | null;
}

/** Sources that have not been read yet. */
export function createSources({ open, onReading, log, now, root, startMs = START_MS }: SourcesOptions): Sources {
  const errors = createLastErrors(now);
  let details: Record<string, SourceDetail> = {};
  const all: Held[] = open.map((openOne, index) => {
    const held: Omit<Held, 'source'> = { agents: new Map(), early: [], failed: null };
    const source = openOne({
      onReading: (reading) => {
        if (held.early) held.early.push(reading);
        else onReading(take(index, reading));
      },
    });
    return Object.assign(held, { source });
  });

  const isAlone = all.length === 1;
  const merged = (ids: Iterable<string>): Reading['agents'] =>
    new Map([...ids].map((id) => [id, mergeAgentReadings(all.map(({ agents }) => agents.get(id)))]));

  /** Keeps what a source says, and returns what that means beside what the others say. */
  const take = (index: number, reading: Reading): Reading => {
    // With one source there is nothing to merge and nothing to keep.
    if (isAlone) return reading;
    const { agents } = all[index] as Held;
    for (const [id, agent] of reading.agents) {
      if (agent) agents.set(id, agent);
      else agents.delete(id);
    }
    const said = index === 0 ? reading : { ...emptyReading(reading.at), files: reading.files };
    return { ...said, agents: merged(reading.agents.keys()) };
  };

  /** The first reading of a source, and those that came meanwhile: from here on changes go out as they come. */
  const begin = async (index: number): Promise<Reading[]> => {
    const held = all[index] as Held;
    try {
      const first = await held.source.start();
      return [first, ...(held.early ?? [])].map((reading) => take(index, reading));
    } catch (error) {
      if (index === 0) throw error;
      held.failed = toMcError(error, root).message;
      errors.look(held.source.name, held.failed);
      log.error({ err: error, source: held.source.name }, 'a source of agents could not be read');
      return [];
    } finally {
      held.early = null;
    }
  };

  const stateOf = ({ source, failed }: Held): string => {
    if (failed !== null) return failed;
    try {
      return source.health().state;
    } catch (error) {
      return `does not answer: ${toMcError(error, root).message}`;
    }
  };
  const detailOf = (held: Held): SourceDetail => {
    const state = stateOf(held);
    return { state, last_error: wireFailure(errors.look(held.source.name, state)) };
  };

  return {
    async start() {
      let begun = false;
      const [workspace, ...others] = all.map((_, index) => begin(index)) as [
        Promise<Reading[]>,
        ...Promise<Reading[]>[],
      ];
      // One that is late is a change: its agents are in the first reading only when it was read in time.
      const inTime = others.map(async (other) => {
        for (const reading of await other) if (begun) onReading(reading);
      });
      const [first, ...newer] = (await workspace) as [Reading, ...Reading[]];
      if (isAlone) {
        for (const reading of newer) onReading(reading);
        return first;
      }
      await Promise.race([Promise.all(inTime), wait(startMs, undefined, { ref: false })]);
      begun = true;
      for (const reading of newer) onReading({ ...reading, agents: new Map() });
      return { ...first, agents: merged(all.flatMap(({ agents }) => [...agents.keys()])) };
    },
    health() {
      const found = all.map((held) => [held.source.name, detailOf(held)] as const);
      if (!found.every(([name, detail]) => isSameDetail(details[name], detail))) details = Object.fromEntries(found);
      return details;
    },
    async close() {
      const closed = await Promise.allSettled(all.map(({ source }) => source.close()));
      const errors = closed.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      if (errors.length > 0) throw new AggregateError(errors, 'some sources of agents would not close');
    },
  };
}
