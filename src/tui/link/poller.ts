import { callPath, type RestCall, type RestClient, RestError } from '../../client/index.js';
import { isMissingRoute } from './answers.js';
import type { Store } from './store.js';

/** Something to ask the server for, again and again while it is shown. */
export interface WantedPoll {
  call: RestCall;
  everyMs: number;
}

/** Asks for what the shown screen needs; nothing else. */
export interface Poller {
  /** What is wanted from now on: asks at once for what has never come or is too old. */
  want(polls: readonly WantedPoll[]): void;
  /** Asks for everything that is wanted, now. */
  refresh(): void;
}

/** A poller; `rest` gives null while there is no server. It has no timer of its own: `want` is called each second. */
export function createPoller(store: Store, rest: () => RestClient | null, now: () => number): Poller {
  const asked = new Map<string, number>();
  const running = new Set<string>();
  let wanted: readonly WantedPoll[] = [];

  const ask = async (call: RestCall) => {
    const client = rest();
    const path = callPath(call);
    if (client === null || running.has(path)) return;
    running.add(path);
    asked.set(path, now());
    const before = store.getSnapshot().polls.get(path);
    try {
      const value = await client.call(call);
      store.poll(path, { at: now(), value, error: null, missing: false });
    } catch (error) {
      const missing = error instanceof RestError && isMissingRoute(error.code);
      const reason = error instanceof Error ? error.message : String(error);
      store.poll(path, { at: before?.at ?? null, value: before?.value ?? null, error: reason, missing });
    } finally {
      running.delete(path);
    }
  };

  return {
    want(polls) {
      wanted = polls;
      for (const { call, everyMs } of polls) {
        const last = asked.get(callPath(call));
        if (last === undefined || now() - last >= everyMs) void ask(call);
      }
    },
    refresh() {
      for (const { call } of wanted) void ask(call);
    },
  };
}
