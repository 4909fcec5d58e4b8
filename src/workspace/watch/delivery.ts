import {
  type FileChange,
  type OfficeReading,
  type Reading,
  type TaskFileReading,
  emptyReading,
} from '../../protocol/index.js';
import type { AgentReading } from '../../protocol/index.js';
import type { Noun } from './places.js';

/** What the read of one noun found; null for an agent that is gone, and for a file of which there is nothing to report. */
export type Value = AgentReading | OfficeReading | TaskFileReading | FileChange | null;

/** Puts what was read in one turn of the event loop into one reading. */
export interface Delivery {
  /** Agents in the first reading are known: only of a known one is it told that it is gone. */
  know(ids: Iterable<string>): void;
  add(noun: Noun, value: Value): void;
  /** Resolves when all that was added is delivered. */
  flushed(): Promise<void>;
  close(): void;
}

/** No reading holds more agents than this: whoever takes it must not hold the event loop for long. */
const AGENTS_AT_ONCE = 50;

export function createDelivery(now: () => number, onReading: (reading: Reading) => void): Delivery {
  const known = new Set<string>();
  let filling: Reading | null = null;
  let waiters: (() => void)[] = [];
  let ready: Reading[] = [];
  let closed = false;

  return {
    know(ids) {
      for (const id of ids) known.add(id);
    },
    add(noun, value) {
      if (noun.kind === 'agent' && value === null && !known.delete(noun.id)) return;
      if (noun.kind === 'agent' && value !== null) known.add(noun.id);
      if (noun.kind === 'file' && value === null) return;
      put(open(), noun, value);
    },
    flushed: () => new Promise((resolve) => (ready.length === 0 ? resolve() : waiters.push(resolve))),
    close() {
      closed = true;
      ready = [];
    },
  };

  function open(): Reading {
    if (filling && filling.agents.size + filling.files.length < AGENTS_AT_ONCE) return filling;
    filling = emptyReading(now());
    if (ready.push(filling) === 1) setImmediate(flush);
    return filling;
  }

  /** One reading per turn. */
  function flush(): void {
    const reading = ready[0];
    if (!reading || closed) return done();
    if (reading === filling) filling = null;
    reading.at = now();
    ready.shift();
    if (ready.length > 0) setImmediate(flush);
    try {
      onReading(reading);
    } finally {
      if (ready.length === 0) done();
    }
  }

  function done(): void {
    for (const resolve of waiters) resolve();
    waiters = [];
  }
}

function put(reading: Reading, noun: Noun, value: Value): void {
  if (noun.kind === 'agent') reading.agents.set(noun.id, value as AgentReading | null);
  else if (noun.kind === 'office') reading.office = value as OfficeReading;
  else if (noun.kind === 'tasks') reading.tasks.set(noun.file, value as TaskFileReading);
  else reading.files.push(value as FileChange);
}
