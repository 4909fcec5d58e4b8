import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { type Clock, McError, workerFile } from '../base/index.js';
import type { Logger } from '../base/log.js';
import { createThread } from '../base/threads.js';
import {
  type Agent,
  emptyReading,
  type OpenSource,
  type Reading,
  type RuntimeName,
  type SourceListener,
} from '../protocol/index.js';
import type { EngineSetup } from './engine/contract.js';
import type { News } from './engine/engine.js';
import { createPerformer } from './engine/perform.js';
import type { Questions } from './engine/questions.js';

export interface RuntimesOptions {
  setup: EngineSetup;
  clock: Clock;
  log: Logger;
}

type Question = Exclude<keyof Questions, 'look' | 'close'>;

/** The runtimes of this machine: a source of agents, and answers about sessions, use and schedules. */
export interface Runtimes {
  open: OpenSource;
  /** Which of them are read. */
  readonly names: readonly RuntimeName[];
  /** @throws McError `busy` while nothing is read yet; what the question throws */
  ask<K extends Question>(name: K, input: Parameters<Questions[K]>[0]): Promise<Awaited<ReturnType<Questions[K]>>>;
}

/** How often what may have changed is looked at, in milliseconds. */
const LOOK_EVERY_MS = 1000;
/** How long the first reading may take: statuses come first, and what is not read then is read behind it. */
const FIRST_MS = 800;
/** After a failure all is begun anew, sooner at first. */
const AGAIN_MS = [1000, 5000, 30_000];
const CLOSE_MS = 2000;

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
  let failures = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<unknown> = Promise.resolve();

  const look = async (): Promise<News> => {
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
  const lookOn = (listener: SourceListener, delay: number): void => {
    if (closed) return;
    timer = setTimeout(() => {
      looking = lookSafely().then((news) => {
        if (news && news.agents.length > 0 && !closed) listener.onReading(readingOf(news, clock.now()));
        const again = AGAIN_MS[Math.min(failures, AGAIN_MS.length) - 1] ?? LOOK_EVERY_MS;
        lookOn(listener, news?.more ? 0 : again);
      });
    }, delay);
    timer.unref();
  };
  return {
    names: setup.runtimes,
    async ask(name, input) {
      if (!begun) {
        throw new McError('busy', 'the records of runtimes are not read yet', { hint: 'ask again in a moment' });
      }
      return (await perform(name, input)) as never;
    },
    open: (listener) => ({
      name: 'runtimes',
      async start() {
        const agents: News['agents'] = [];
        const until = performance.now() + FIRST_MS;
        let news = await lookSafely();
        while (news !== null) {
          agents.push(...news.agents);
          if (!news.more || performance.now() >= until) break;
          news = await lookSafely();
        }
        lookOn(listener, news?.more ? 0 : LOOK_EVERY_MS);
        return readingOf({ agents, more: false }, clock.now());
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

function readingOf({ agents }: News, at: number): Reading {
  const said = (agent: Agent | null) => (agent === null ? null : { agent, broken: null, memory: {} });
  return { ...emptyReading(at), agents: new Map(agents.map(([id, agent]) => [id, said(agent)])) };
}
