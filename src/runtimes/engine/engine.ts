import type { Agent, CronJob, Quota, RuntimeName, Session } from '../../protocol/index.js';
import type { ProjectBook } from '../agents.js';
import type { Ledger, SessionFact } from '../ledger/contract.js';
import type { Prices } from '../prices/prices.js';
import type { Processes } from '../processes.js';
import type { Assembled, Found, Moment, OpenReader, ReaderSetup, RuntimeReader, Stated } from '../reader.js';
import { runtimeAgent } from './agents.js';
import { factOf, nameSessions, wireSession } from './sessions.js';
import { createUsage } from './usage.js';

export interface EngineOptions {
  /** What is read, and by what. */
  readers: ReadonlyMap<RuntimeName, { open: OpenReader; roots: readonly string[] }>;
  setup: Omit<ReaderSetup, 'roots' | 'onPut' | 'ledger'>;
  ledger: Ledger;
  book: ProjectBook;
  prices: Prices;
  /** As they are now. */
  processes: () => Processes;
  /** What an agent is called beside those of the workspace. */
  shown: (agent: string) => string;
}

/** What a look found that is another than before. */
export interface News {
  /** null: it is there no more. */
  agents: [id: string, agent: Agent | null][];
  /** There is more to read: the next look should come soon. */
  more: boolean;
}

/** How one runtime does. */
export interface RuntimeHealth extends Found {
  /** For how long there has been something that is not read yet, in milliseconds. */
  lag_ms: number;
}

/** Everything that is known of the runtimes, and how it is kept true. */
export interface Engine {
  /** `now`: milliseconds since the epoch. Never throws for what lies in the runtimes' directories. @throws what the ledger throws */
  look(now: number): Promise<News>;
  sessions(): Session[];
  cron(): CronJob[];
  quotas(): Quota[];
  /** null: the processes of this runtime do not say what they use. */
  stated(runtime: RuntimeName): Stated | null;
  health(): Map<RuntimeName, RuntimeHealth>;
  close(): void;
}

/** What is known of one runtime. */
interface Known {
  runtime: RuntimeName;
  reader: RuntimeReader;
  found: Found;
  assembled: Assembled | null;
  sessions: Session[];
  /** What the ledger was told of each session. */
  told: Map<string, string>;
  /** Since when something has waited to be read, on the clock of `performance.now()`; null: nothing waits. */
  behindSince: number | null;
}

/** How long one look may take before others have their turn, in milliseconds. */
const LOOK_MS = 60;
const PRICES_EVERY_MS = 5000;
/** Another server of this user may count in the same ledger. */
const RELOAD_EVERY_MS = 60_000;
const NOTHING: Found = {
  state: 'absent',
  roots: [],
  files: 0,
  bytes: 0,
  versions: [],
  backfill: { done_bytes: 0, total_bytes: 0 },
  warnings: [],
};

/** An engine that has looked at nothing yet. */
export function createEngine({ readers, setup, ledger, book, prices, processes, shown }: EngineOptions): Engine {
  const usage = createUsage(ledger);
  /** Sums are other ones than when agents were last made. */
  let counted = true;
  const known: Known[] = [...readers].map(([runtime, { open, roots }]) => ({
    runtime,
    reader: open({
      ...setup,
      ledger,
      roots,
      onPut({ deltas }) {
        usage.take(deltas);
        counted ||= deltas.length > 0;
      },
    }),
    found: NOTHING,
    assembled: null,
    sessions: [],
    told: new Map(),
    behindSince: null,
  }));
  const made = new Map<string, string>();
  const last = { prices: performance.now(), reload: performance.now() };
  let repricing = true;

  const keepPrices = async (at: number): Promise<void> => {
    if (at - last.prices >= PRICES_EVERY_MS) {
      last.prices = at;
      if (await prices.refresh()) {
        ledger.setPrices(prices.table);
        repricing = true;
      }
    }
    const reprices = repricing;
    if (repricing) repricing = ledger.repriceSome();
    const isOver = reprices && !repricing;
    if (!isOver && at - last.reload < RELOAD_EVERY_MS) return;
    last.reload = at;
    usage.reload();
    counted = true;
  };
  const lookAt = (one: Known, moment: Moment): boolean => {
    const { found, assembled, more } = one.reader.look(moment);
    one.found = found;
    one.behindSince = more ? (one.behindSince ?? performance.now()) : null;
    if (assembled) {
      one.assembled = assembled;
      tell(one, assembled, moment.now);
    }
    return more;
  };
  /** The ledger hears whose sessions are, and which of them has which copy. */
  const tell = (one: Known, assembled: Assembled, now: number): void => {
    const { runtime, told } = one;
    ledger.inOne(() => {
      const named = nameSessions(runtime, assembled.sessions, book, now);
      const facts = named.map((session) => factOf(session, assembled.rankBy)).filter((fact) => isNew(told, fact));
      if (facts.length > 0) usage.take(ledger.putSessions(runtime, facts));
      usage.name(runtime, facts);
    });
    counted = true;
  };
  const remake = (one: Known, now: number): void => {
    const { runtime, assembled } = one;
    if (!assembled) return;
    one.sessions = nameSessions(runtime, assembled.sessions, book, now).map((session) =>
      wireSession(session, usage, shown),
    );
  };
  const agentsOf = ({ runtime, assembled, sessions }: Known): Agent[] => {
    const { gateway = null, agents = [] } = assembled ?? {};
    const names = new Map(agents.map(({ id, name }) => [shown(`${runtime}:${id}`), name]));
    const bySession = new Map<string, Session[]>();
    for (const session of sessions) {
      const others = bySession.get(session.agent);
      if (others) others.push(session);
      else bySession.set(session.agent, [session]);
    }
    const sums = new Map([...usage.byAgent(runtime)].map(([agent, sum]) => [shown(agent), sum]));
    const ids = new Set([...names.keys(), ...bySession.keys(), ...sums.keys()]);
    const all = [...ids].map((id) =>
      runtimeAgent({
        id,
        runtime,
        name: names.get(id) ?? null,
        sessions: bySession.get(id) ?? [],
        gateway: null,
        usage: sums.get(id) ?? null,
      }),
    );
    const id = shown(runtime);
    return gateway === null
      ? all
      : [...all, runtimeAgent({ id, runtime, name: null, sessions: [], gateway, usage: null })];
  };
  const news = (): News['agents'] => {
    const changed: News['agents'] = [];
    const seen = new Set<string>();
    for (const agent of known.flatMap(agentsOf)) {
      seen.add(agent.id);
      const text = JSON.stringify(agent);
      if (made.get(agent.id) === text) continue;
      made.set(agent.id, text);
      changed.push([agent.id, agent]);
    }
    for (const id of made.keys()) {
      if (seen.has(id)) continue;
      made.delete(id);
      changed.push([id, null]);
    }
    return changed;
  };
  return {
    async look(now) {
      await keepPrices(performance.now());
      const table = processes();
      let more = repricing;
      for (const one of known) {
        const until = performance.now() + LOOK_MS / known.length;
        more = lookAt(one, { now, processes: table, until }) || more;
      }
      if (!counted) return { agents: [], more };
      counted = false;
      for (const one of known) remake(one, now);
      return { agents: news(), more };
    },
    sessions: () => known.flatMap(({ sessions }) => sessions),
    cron: () =>
      known.flatMap(({ assembled }) => assembled?.cron ?? []).map((job) => ({ ...job, agent: shown(job.agent) })),
    quotas: () => known.flatMap(({ assembled }) => assembled?.quotas ?? []),
    stated: (runtime) => known.find((one) => one.runtime === runtime)?.assembled?.stated ?? null,
    health: () =>
      new Map(
        known.map(({ runtime, found, behindSince }) => [
          runtime,
          { ...found, lag_ms: behindSince === null ? 0 : Math.round(performance.now() - behindSince) },
        ]),
      ),
    close() {
      for (const { reader } of known) reader.close();
    },
  };
}

function isNew(told: Map<string, string>, fact: SessionFact): boolean {
  const text = `${fact.agent}\n${fact.project}\n${fact.rank}`;
  if (told.get(fact.id) === text) return false;
  told.set(fact.id, text);
  return true;
}
