import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { type Clock, McError, workerFile } from '../base/index.js';
import type { Logger } from '../base/log.js';
import { createThread } from '../base/threads.js';
import { type Agent, emptyReading, type OpenSource, type Reading } from '../protocol/index.js';
import type { EngineSetup } from './engine/contract.js';
import type { News } from './engine/engine.js';
import { noAnswers, type Question } from './engine/no-answers.js';
import { createPerformer } from './engine/perform.js';
import type { Questions } from './engine/questions.js';

export interface RuntimesOptions {
  setup: EngineSetup;
  clock: Clock;
  log: Logger;
}

/** The runtimes of this machine: a source of agents, and answers about sessions, use and schedules. */
export interface Runtimes {
  open: OpenSource;
  /** @throws McError `busy` while nothing is read yet; what the question throws */
  ask<K extends Question>(name: K, input: Parameters<Questions[K]>[0]): Promise<Awaited<ReturnType<Questions[K]>>>;
}

/** Where there is nothing, it is looked for so often. */
const ASLEEP_MS = 30_000;
/** How often what may have changed is looked at, in milliseconds. */
const LOOK_EVERY_MS = 1000;
/** How long the first reading may take: statuses come first, and what is not read then is read behind it. */
const FIRST_MS = 800;
/** After a failure all is begun anew, sooner at first. */
const AGAIN_MS = [1000, 5000, 30_000];
const CLOSE_MS = 2000;
const NOTHING_NEW: News = { agents: [], more: false };

/** Reads nothing before the source is started. `file`: the built worker; without one the work is done in this thread. */
export function createRuntimes(
  { setup, clock, log }: RuntimesOptions,
  file: string = workerFile('runtimes'),
): Runtimes {
  const thread = existsSync(file) ? createThread({ file, name: 'mc runtimes' }) : null;
  const here = thread === null ? createPerformer() : null;
  const perform = (name: string, input: unknown): Promise<unknown> =>
    thread ? thread.ask({ name, input }) : (here as NonNullable<typeof here>)({ name, input } as never);
  let state = 'has not begun';
  let begun = false;
  /** Nothing is there to be read, and nothing was ever counted. */
  let asleep = false;
  const absent = noAnswers(setup.runtimes);
  let failures = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<unknown> = Promise.resolve();

  const look = async (): Promise<News> => {
    asleep = !begun && !isAnythingThere(setup);
    if (asleep) return NOTHING_NEW;
    if (!begun) await perform('begin', setup);
    begun = true;
    return (await perform('look', { now: clock.now() })) as News;
  };
  /** One look, whatever becomes of it: after a failure all is begun anew. */
  const lookSafely = async (): Promise<News | null> => {
    try {
      const news = await look();
      if (failures > 0) log.info('the records of runtimes are read again');
      failures = 0;
      state = 'available';
      return news;
    } catch (error) {
      if (closed) return null;
      state = error instanceof Error ? error.message : String(error);
      if (failures === 0) log.error({ err: error }, 'the records of runtimes cannot be read');
      failures += 1;
      begun = false;
      return null;
    }
  };
  const lookOn = (onNews: (news: News) => void, delay: number): void => {
    if (closed) return;
    timer = setTimeout(() => {
      looking = lookSafely().then((news) => {
        if (!closed) onNews(news ?? NOTHING_NEW);
        const often = asleep ? ASLEEP_MS : LOOK_EVERY_MS;
        const again = AGAIN_MS[Math.min(failures, AGAIN_MS.length) - 1] ?? often;
        lookOn(onNews, news?.more ? 0 : again);
      });
    }, delay);
    timer.unref();
  };
  return {
    async ask(name, input) {
      if (asleep) return absent[name] as never;
      if (!begun) {
        throw new McError('busy', 'the records of runtimes are not read yet', { hint: 'ask again in a moment' });
      }
      return (await perform(name, input)) as never;
    },
    open: (listener) => ({
      name: 'runtimes',
      async start() {
        const first: News['agents'] = [];
        let isFirst = true;
        let all = (): void => {};
        const read = new Promise<void>((resolve) => {
          all = resolve;
        });
        lookOn((news) => {
          if (isFirst) first.push(...news.agents);
          else if (news.agents.length > 0) listener.onReading(readingOf(news, clock.now()));
          if (!news.more) all();
        }, 0);
        await Promise.race([read, wait(FIRST_MS, undefined, { ref: false })]);
        isFirst = false;
        return readingOf({ agents: first, more: false }, clock.now());
      },
      health: () => ({ state }),
      async close() {
        if (closed) return;
        closed = true;
        clearTimeout(timer);
        const end = looking.then(() => (begun ? perform('close', undefined) : undefined));
        await Promise.race([end.catch(() => undefined), wait(CLOSE_MS, undefined, { ref: false })]);
        await thread?.end(new McError('internal', 'the records of runtimes are not read any more: the server stops'));
      },
    }),
  };
}

/** A directory of records, or a ledger of what once was. */
function isAnythingThere({ runtimes, roots, database }: EngineSetup): boolean {
  return [database, ...runtimes.flatMap((name) => roots[name] ?? [])].some((path) => existsSync(path));
}

function readingOf({ agents }: News, at: number): Reading {
  const said = (agent: Agent | null) => (agent === null ? null : { agent, broken: null, memory: {} });
  return { ...emptyReading(at), agents: new Map(agents.map(([id, agent]) => [id, said(agent)])) };
}
