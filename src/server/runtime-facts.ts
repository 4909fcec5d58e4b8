import type { RuntimeView } from '../alerts/index.js';
import type { Logger } from '../base/log.js';
import type { RuntimeQuestions } from './runtimes.js';

/** What runtimes say that rules of alerts look at, brought up to date every few seconds. */
export interface RuntimeFacts {
  /** From memory; null: not known. */
  now(): RuntimeView | null;
  stop(): void;
}

const REFRESH_MS = 5000;

export function watchRuntimeFacts(runtimes: RuntimeQuestions, log: Logger): RuntimeFacts {
  let view: RuntimeView | null = null;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  const refresh = async (): Promise<void> => {
    try {
      const [{ jobs }, { runtimes: reports, quotas }] = await Promise.all([
        runtimes.ask('cron', undefined),
        runtimes.ask('runtimes', undefined),
      ]);
      view = { jobs, quotas, whole: reports.every(({ state }) => state !== 'failed') };
    } catch (error) {
      // Not known any more: its alerts stay as they are.
      view = null;
      if (!isStopped) log.debug({ err: error }, 'what runtimes say is not known');
    }
    if (isStopped) return;
    timer = setTimeout(() => void refresh(), REFRESH_MS);
    timer.unref();
  };
  void refresh();
  return {
    now: () => view,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
