import type { AgentMetricsAnswer, EventsAnswer, QueryAnswer, TopAnswer } from '../../protocol/index.js';
import type { Database } from '../store/database.js';
import { type ActivityInput, type EventsInput, readActivity, readEvents } from './event-log.js';
import { readExplanation } from './explain.js';
import { type HistoryInput, readHistory, summarizeAgent, writeHistory } from './history.js';
import { parseQuery, type RawQuery } from './params.js';
import { answerQuery, rowsToRead } from './series.js';
import { readStanding, type Standing } from './standing.js';
import { rankAgents, type TopInput } from './top.js';

/** Everything that can be asked of the database, and by whom it is answered; the same here, in the worker and in commands. */
export interface Reads {
  query: {
    input: RawQuery & { explain?: boolean | undefined; known?: readonly string[] | undefined };
    answer: QueryAnswer;
  };
  history: { input: HistoryInput; answer: ReturnType<typeof readHistory> };
  summary: { input: { agent: string; period: number }; answer: AgentMetricsAnswer };
  events: { input: EventsInput & { known?: readonly string[] | undefined }; answer: EventsAnswer };
  activity: { input: ActivityInput; answer: ReturnType<typeof readActivity> };
  standing: { input: object; answer: Standing };
  top: { input: TopInput; answer: TopAnswer };
}
export type ReadName = keyof Reads;

type Readers = { [K in ReadName]: (db: Database, input: Reads[K]['input'], now: number) => Reads[K]['answer'] };

const READERS: Readers = {
  query: (db, input, now) => {
    const answer = answerQuery(db, parseQuery(input, now), now, input.known);
    return input.explain === true ? { ...answer, explain: readExplanation(db) } : answer;
  },
  history: readHistory,
  summary: (db, { agent, period }, now) => summarizeAgent(db, agent, period, now),
  events: (db, input, now) => readEvents(db, input, now, input.known),
  activity: readActivity,
  top: rankAgents,
  standing: readStanding,
};

/** Answers from the database. */
export function answerRead<K extends ReadName>(db: Database, name: K, input: unknown, now: number): Reads[K]['answer'] {
  return READERS[name](db, input as Reads[K]['input'], now);
}

/** The same as its JSON in UTF-8. */
export function writeRead(db: Database, name: ReadName, input: unknown, now: number): Buffer {
  if (name === 'history') return writeHistory(db, input as HistoryInput, now);
  return Buffer.from(JSON.stringify(answerRead(db, name, input, now)));
}

/** Reading this many rows takes about 10 ms; more is work for the worker. */
const MANY_ROWS = 3000;

/**
 * Whether a read would hold the event loop. Parameters that cannot be are reported here already.
 * @throws McError as the read itself
 */
export function readsLong<K extends ReadName>(db: Database, name: K, input: Reads[K]['input'], now: number): boolean {
  switch (name) {
    case 'query':
      return rowsToRead(db, parseQuery(input as Reads['query']['input'], now)) > MANY_ROWS;
    case 'history':
      return (input as HistoryInput).period / 60_000 > MANY_ROWS / 2;
    case 'activity':
    case 'top':
      return true;
    default:
      return false;
  }
}
