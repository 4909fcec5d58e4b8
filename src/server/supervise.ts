import type { Clock } from '../base/index.js';
import { monotonicNow, toMcError } from '../base/index.js';
import type { Logger } from '../base/log.js';
import { backoffMs } from '../protocol/index.js';
import type { ServiceReport } from './services.js';

/** A service that can fail and be started again. One that heals itself needs no supervisor: it only reports. */
export interface Startable<T> {
  /** As the log names it. */
  name: string;
  /** Starts it. What it returns runs until it is stopped, or calls `failed`: at most once, and it must not be used then. */
  start(failed: (error: unknown) => void): T | Promise<T>;
  /** Ends one that ran or has failed; may reject, which is logged. */
  stop(running: T): void | Promise<void>;
  /** What it says of itself while it runs; default `available`. */
  report?(running: T): ServiceReport;
}

export interface SuperviseOptions {
  log: Logger;
  clock: Clock;
  /** 0 up to 1; default Math.random. */
  random?: () => number;
  /** Milliseconds that only grow; tests bring their own. */
  monotonic?: () => number;
}

export interface Supervised<T> {
  /** Resolves when it runs, or has failed for the first time: then it is tried again by itself. Never rejects. */
  start(): Promise<void>;
  /** What runs now; null between a failure and the next start. */
  running(): T | null;
  /** For `Services.plug`. Never `down`: the others go on without it. */
  report(): ServiceReport;
  /** Ends it and every further attempt. */
  stop(): Promise<void>;
}

/** The longest pause between two attempts, in milliseconds. The pause is drawn from nothing to a limit that doubles. */
const LONGEST_MS = 5 * 60_000;
/** A service that has run for so long has recovered: the next failure begins with short pauses again. */
const STEADY_MS = 2 * 60_000;

/**
 * Starts a service, and starts it again whenever it fails, with growing pauses; the rest of the server goes on meanwhile
 * and health says what is wrong.
 */
export function supervise<T>(service: Startable<T>, options: SuperviseOptions): Supervised<T> {
  const { log, clock, random = Math.random, monotonic = monotonicNow } = options;
  const { name } = service;
  let running: { it: T } | null = null;
  let since = 0;
  let failures = 0;
  let restarts = 0;
  let lastError: ServiceReport['lastError'];
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  /** Starts and stops come one after the other. */
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>) => (turn = turn.then(work));

  const end = async (it: T): Promise<void> => {
    try {
      await service.stop(it);
    } catch (error) {
      log.warn({ err: error }, `${name} failed to stop`);
    }
  };

  const fail = (error: unknown): void => {
    lastError = { at: clock.now(), message: toMcError(error).message };
    failures = running !== null && monotonic() - since >= STEADY_MS ? 1 : failures + 1;
    const pause = backoffMs(failures, random(), LONGEST_MS);
    log.error({ err: error, failures, pause_ms: pause }, `${name} failed and will be started again`);
    timer = setTimeout(() => {
      restarts += 1;
      void inTurn(attempt);
    }, pause);
    timer.unref();
  };

  const attempt = async (): Promise<void> => {
    if (stopped) return;
    let failedEarly: { error: unknown } | null = null;
    let mine: { it: T } | null = null;
    const failed = (error: unknown): void => {
      if (mine === null) failedEarly ??= { error };
      else if (running === mine) {
        fail(error);
        running = null;
        const { it } = mine;
        void inTurn(() => end(it));
      }
    };
    try {
      const it = await service.start(failed);
      mine = { it };
      since = monotonic();
      running = mine;
      if (restarts > 0) log.info({ restarts }, `${name} runs again`);
      // It may have ended while it was still being waited for.
      const early = failedEarly as { error: unknown } | null;
      if (early !== null) failed(early.error);
    } catch (error) {
      fail(error);
    }
  };

  return {
    start: () => inTurn(attempt),
    running: () => running?.it ?? null,
    report() {
      const history = { restarts, ...(lastError === undefined ? {} : { lastError }) };
      if (running !== null) return { ...(service.report?.(running.it) ?? { state: 'available' }), ...history };
      return {
        state: stopped ? 'stopped' : lastError === undefined ? 'starting' : `failed: ${lastError.message}`,
        ...history,
      };
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await inTurn(async () => {
        const ended = running;
        running = null;
        if (ended !== null) await end(ended.it);
      });
    },
  };
}
