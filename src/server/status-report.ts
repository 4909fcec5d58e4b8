import { dirname } from 'node:path';
import { type Clock, toMcError, writeFileAtomic } from '../base/index.js';
import type { Logger } from '../base/log.js';
import { SERVICE_NAMES, type ServiceName } from '../protocol/index.js';
import type { Services } from './services.js';

/** What the file says besides its time, under the names that older scripts read. */
export interface StatusFacts {
  websocket_clients: number;
  agents_tracked: number;
  /** null: they have not been listed yet, or cannot be. */
  backups_available: number | null;
}

/** What a server knows of itself, as these facts. */
export function statusFacts(of: {
  hub: { readonly clients: number };
  feed: { readonly snapshot: { agents: { readonly size: number } } };
  backups: { listed(): Promise<readonly unknown[]> | null };
}): () => Promise<StatusFacts> {
  return async () => ({
    websocket_clients: of.hub.clients,
    agents_tracked: of.feed.snapshot.agents.size,
    backups_available: (await of.backups.listed()?.catch(() => null))?.length ?? null,
  });
}

export interface StatusReportOptions {
  /** The file. Agents can write its directory: what they put there is never followed. */
  path: string;
  /** The real paths that are the workspace. */
  roots: readonly string[];
  facts: () => Promise<StatusFacts>;
  services: Pick<Services, 'look'>;
  clock: Clock;
  log: Logger;
  /** Milliseconds between two reports; default five minutes. */
  everyMs?: number;
  /** Milliseconds between two looks at the services; default five seconds. */
  lookMs?: number;
}

export interface StatusReport {
  /** Ends it, after a report under way. */
  stop(): Promise<void>;
}

/**
 * Says how the server does every five minutes, in the log and in `status.json`, which is written at once as well; a service that stops being
 * well, or is well again, is logged as soon as it is seen.
 */
export function startStatusReport(options: StatusReportOptions): StatusReport {
  const { services, log, everyMs = 300_000, lookMs = 5000 } = options;
  const write = createWriter(options);
  const look = createLookout(services, log);
  let isFirst = true;
  const report = async (): Promise<void> => {
    const facts = await options.facts();
    await write(facts);
    // Whoever has just started it sees that it runs.
    if (isFirst) return void (isFirst = false);
    const ill = Object.entries(services.look().states).filter(([, state]) => state !== 'available');
    log.info({ ...facts, ...(ill.length === 0 ? {} : { unwell: Object.fromEntries(ill) }) }, 'status');
  };
  let turn: Promise<void> = Promise.resolve();
  const inTurn = () => {
    turn = turn.then(report).catch((error: unknown) => log.error({ err: error }, 'the status report failed'));
  };
  inTurn();
  const timers = [setInterval(inTurn, everyMs), setInterval(look, lookMs)];
  for (const timer of timers) timer.unref();
  look();
  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await turn;
    },
  };
}

/** Writes the file. A reason why it cannot be written is reported once, and again when it is another one. */
function createWriter({ path, roots, clock, log }: StatusReportOptions): (facts: StatusFacts) => Promise<void> {
  let refused: string | null = null;
  return async (facts) => {
    const text = `${JSON.stringify({ timestamp: clock.now() / 1000, ...facts })}\n`;
    try {
      // A workspace that is away (a disk that is not mounted, say) must not be begun anew in its place.
      await writeFileAtomic(path, text, { mode: 0o644, within: roots, below: dirname(dirname(path)) });
      if (refused !== null) log.info('status.json is written again');
      refused = null;
    } catch (error) {
      const { message } = toMcError(error);
      if (message !== refused) log.warn({ reason: message }, 'status.json cannot be written; all else goes on');
      refused = message;
    }
  };
}

/** Logs what has changed since the last look. */
function createLookout(services: Pick<Services, 'look'>, log: Logger): () => void {
  const before = new Map<ServiceName, string>();
  return () => {
    const { states } = services.look();
    for (const service of SERVICE_NAMES) {
      const [was, is] = [before.get(service) ?? 'available', states[service]];
      before.set(service, is);
      if (was === is) continue;
      if (is === 'available') log.info({ service, was }, `${service} is well again`);
      else log.warn({ service, state: is }, `${service} is not well`);
    }
  };
}
