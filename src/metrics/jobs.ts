import { openReader, openWriter } from './store/database.js';
import { type Notice, prepareDatabase } from './store/prepare.js';
import { type ReadName, writeRead } from './query/reads.js';

/** The work that a worker can be asked for. */
export interface Asks {
  prepare: { input: { path: string; now: number; roots?: readonly string[] | undefined }; answer: Notice[] };
  /** Moves the write-ahead log into the database. */
  checkpoint: { input: { path: string }; answer: null };
  /** A read as UTF-8 JSON. */
  read: { input: ReadInput; answer: Uint8Array };
}

interface ReadInput {
  path: string;
  name: ReadName;
  input: unknown;
  now: number;
}

/** What the thread is asked. */
export interface Asked {
  name: keyof Asks;
  input: unknown;
}

type Performers = { [K in keyof Asks]: (input: Asks[K]['input']) => Promise<Asks[K]['answer']> };

const PERFORMERS: Performers = {
  prepare: ({ path, now, roots }) => prepareDatabase(path, now, { roots }),
  checkpoint: async ({ path }) => {
    const db = openWriter(path);
    try {
      db.pragma('wal_checkpoint(PASSIVE)');
      return null;
    } finally {
      db.close();
    }
  },
  read: async ({ path, name, input, now }) => {
    const db = openReader(path);
    try {
      return writeRead(db, name, input, now);
    } finally {
      db.close();
    }
  },
};

/** Does the work in this thread. */
export async function perform<K extends keyof Asks>(name: K, input: Asks[K]['input']): Promise<Asks[K]['answer']> {
  return PERFORMERS[name](input);
}
