import { type Alert, type AlertmanagerState, isoOf } from '../../protocol/index.js';
import { excerpt, judge } from './plan.js';
import { hider } from './secret.js';
import { alertsRequest, labelKey, labelsOf, readSuppressed, RESEND_MS, suppressedUrl } from './targets/alertmanager.js';

/** When none of them has answered for so long, others take over. */
const AWAY_MS = 5 * 60_000;
const ATTEMPT_MS = 10_000;

export interface ManagersOptions {
  /** Their URLs, as the settings name them. */
  urls: readonly string[];
  host: string;
  linkTo: (alert: Alert) => string;
  /** Everything that fires, and what was over lately. */
  current: () => Alert[];
  now: () => number;
  monotonic: () => number;
  /** They answer again, or do not any more. Told once each. */
  onChange: (url: string, error: string | null) => void;
  /** What went wrong that is nobody's answer. */
  onError: (error: unknown) => void;
  /** None of them has answered for five minutes; `since`: when one did last, milliseconds since the epoch. Told once each time. */
  onAway: (since: number) => void;
  /** How often everything is sent, and after how long they are away, in milliseconds; absent: as the contract says. */
  ms?: { resend?: number; away?: number };
}

export interface Managers {
  /** Sends what there is now, soon. */
  wake(): void;
  /** True when none of them has answered for five minutes. */
  away(): boolean;
  states(): AlertmanagerState[];
  /** Whether one of them holds an alert back. */
  suppresses(alert: Alert): boolean;
  close(): Promise<void>;
}

interface Known {
  url: string;
  shown: string;
  hide: (text: string) => string;
  /** Milliseconds since the epoch; null: never. */
  successAt: number | null;
  error: string | null;
  /** Keys of alerts that it holds back; null: it was not asked yet. */
  suppressed: ReadonlySet<string> | null;
}

/**
 * Tells every Alertmanager everything that fires, at each change and each minute. It keeps nothing: what they missed they hear
 * the next time, and what is not sent again ends there by itself.
 */
export function startManagers(options: ManagersOptions): Managers {
  const { host, now, monotonic, ms = {} } = options;
  const known = options.urls.map((url): Known => {
    return { url, shown: shownManager(url), hide: hider([], [url]), successAt: null, error: null, suppressed: null };
  });
  const stop = new AbortController();
  const started = now();
  let heardAt = monotonic();
  let isAwayTold = false;
  let running: Promise<void> | null = null;
  let again = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const round = async (): Promise<void> => {
    const alerts = options.current();
    const isTime = monotonic() - askedAt >= (ms.resend ?? RESEND_MS) / 2;
    if (isTime) askedAt = monotonic();
    await Promise.all(known.map((manager) => tell(manager, alerts, isTime)));
    if (known.some(({ error, successAt }) => error === null && successAt !== null)) {
      heardAt = monotonic();
      isAwayTold = false;
    } else if (away() && !isAwayTold) {
      isAwayTold = true;
      options.onAway(Math.max(started, ...known.map(({ successAt }) => successAt ?? 0)));
    }
  };

  const tell = async (manager: Known, alerts: readonly Alert[], ask: boolean): Promise<void> => {
    const before = manager.error;
    try {
      const { post } = await import('./post.js');
      const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(ATTEMPT_MS)]);
      if (alerts.length > 0) {
        const request = alertsRequest(manager.url, { alerts, now: now(), host, linkTo: options.linkTo });
        const verdict = judge(await post(request, { private: true, signal }), now());
        if (verdict.outcome !== 'delivered') throw new Error(verdict.reason);
      }
      if (ask) {
        const request = { url: suppressedUrl(manager.url), headers: {}, body: '' };
        const answer = await post(request, { private: true, signal, method: 'GET' });
        const verdict = judge(answer, now());
        if (verdict.outcome !== 'delivered') throw new Error(verdict.reason);
        manager.suppressed = readSuppressed(answer.text);
      }
      manager.successAt = now();
      manager.error = null;
    } catch (error) {
      if (stop.signal.aborted) return;
      manager.error = manager.hide(excerpt(error instanceof Error ? error.message : String(error)));
    }
    if ((before === null) !== (manager.error === null)) options.onChange(manager.shown, manager.error);
  };

  const run = (): void => {
    clearTimeout(timer);
    if (stop.signal.aborted) return;
    if (running !== null) {
      again = true;
      return;
    }
    running = round()
      .catch(options.onError)
      .finally(() => {
        running = null;
        if (stop.signal.aborted) return;
        if (again) setImmediate(run);
        again = false;
        timer = setTimeout(run, ms.resend ?? RESEND_MS);
        timer.unref();
      });
  };

  const away = (): boolean => monotonic() - heardAt >= (ms.away ?? AWAY_MS);
  setImmediate(run);
  return {
    wake: () => void setImmediate(run),
    away,
    states: () =>
      known.map(({ shown, successAt, error, suppressed }) => ({
        url: shown,
        last_success_at: successAt === null ? null : isoOf(successAt),
        last_error: error,
        suppressed: suppressed?.size ?? null,
      })),
    suppresses: (alert) => {
      if (!known.some(({ suppressed }) => suppressed !== null && suppressed.size > 0)) return false;
      const key = labelKey(labelsOf(alert, host));
      return known.some(({ suppressed }) => suppressed?.has(key) === true);
    },
    async close() {
      stop.abort(new Error('the server stops'));
      clearTimeout(timer);
      await running;
    },
  };
}

/** Without user, password, path and query, which may be secret. */
function shownManager(url: string): string {
  const { protocol, host, pathname, search, username } = new URL(url);
  const hidden = pathname === '/' && search === '' ? '' : '/•••';
  return `${protocol}//${username === '' ? '' : '•••@'}${host}${hidden}`;
}
