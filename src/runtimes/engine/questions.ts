import {
  type Backfill,
  type CostBasis,
  type CronAnswer,
  isoOf,
  LIVE_STATUSES,
  type LiveStatus,
  type ReconcileAnswer,
  RUNTIME_NAMES,
  type RuntimeName,
  type RuntimesAnswer,
  type Session,
  type SessionsAnswer,
  type SessionsQuery,
  type UsageAnswer,
  type UsageQuery,
} from '../../protocol/index.js';
import type { Account, ExactSum, Ledger } from '../ledger/contract.js';
import { usageSumOf } from '../ledger/exact.js';
import type { Prices } from '../prices/prices.js';
import type { Engine, News } from './engine.js';
import { outsideTranscripts } from './outside.js';

/** What the engine can be asked, by name. All of it goes between threads. */
export interface Questions {
  look(input: { now: number }): Promise<News>;
  sessions(query: SessionsQuery): SessionsAnswer;
  session(of: { runtime: string; id: string }): Session | null;
  usage(query: UsageQuery): UsageAnswer;
  cron(): CronAnswer;
  runtimes(): RuntimesAnswer;
  reconcile(): ReconcileAnswer;
  close(): void;
}

export interface QuestionsOptions {
  engine: Engine;
  ledger: Ledger;
  prices: Prices;
  /** Those that are to be read. */
  runtimes: readonly RuntimeName[];
  shown: (agent: string) => string;
  notes: readonly string[];
}

const NO_BACKFILL: Backfill = { done_bytes: 0, total_bytes: 0 };

/** Answers from what the engine knows and the ledger holds. */
export function createQuestions({ engine, ledger, prices, runtimes, shown, notes }: QuestionsOptions): Questions {
  const backfill = (): Backfill =>
    [...engine.health().values()].reduce(
      (sum, { backfill: one }) => ({
        done_bytes: sum.done_bytes + one.done_bytes,
        total_bytes: sum.total_bytes + one.total_bytes,
      }),
      NO_BACKFILL,
    );
  /** What the ledger calls an agent that is asked for by what it is called here. */
  const ledgerName = (agent: string): string =>
    ledger
      .sums({ by: ['agent'] })
      .flatMap(({ keys }) => keys.agent ?? [])
      .find((name) => shown(name) === agent) ?? agent;
  /** Databases are files that the ledger does not know one by one. */
  const filesOf = ({ runtime, files }: Account): number => engine.health().get(runtime)?.files ?? files;
  return {
    look: ({ now }) => engine.look(now),
    sessions(query) {
      const sessions = engine.sessions().filter((session) => isAskedFor(session, query));
      sessions.sort((one, other) => compare(other.last_at, one.last_at) || compare(one.id, other.id));
      const summary = { total: sessions.length, ...countLives(sessions) };
      return { sessions, summary };
    },
    session: ({ runtime, id }) =>
      engine.sessions().find((session) => session.runtime === runtime && session.id === id) ?? null,
    usage(query) {
      const asked = { ...query, ...(query.agent === undefined ? {} : { agent: ledgerName(query.agent) }) };
      const { by: _, tz: __, step: ___, ...filter } = asked;
      const total = ledger.total(filter);
      return {
        since: query.since === undefined ? null : isoOf(query.since),
        until: query.until === undefined ? null : isoOf(query.until),
        groups: ledger.sums(asked).map(({ keys, at, sum }) => ({
          ...keys,
          ...(keys.agent ? { agent: shown(keys.agent) } : {}),
          ...(at === undefined ? {} : { at: isoOf(at) ?? '' }),
          ...usageSumOf(sum),
        })),
        total: usageSumOf(total),
        cost_basis: basisOf(total),
        unpriced_models: unpricedModels(ledger, filter),
        backfill: backfill(),
      };
    },
    cron: () => ({ jobs: engine.cron() }),
    runtimes() {
      const health = engine.health();
      return {
        runtimes: RUNTIME_NAMES.map((runtime) => {
          const known = health.get(runtime);
          if (known) return { runtime, ...known };
          const state = runtimes.includes(runtime) ? ('absent' as const) : ('disabled' as const);
          return {
            runtime,
            state,
            roots: [],
            files: 0,
            bytes: 0,
            versions: [],
            lag_ms: 0,
            backfill: NO_BACKFILL,
            warnings: [],
          };
        }),
        quotas: engine.quotas(),
        faults: [...notes, ...(prices.fault === null ? [] : [prices.fault.message])],
      };
    },
    reconcile() {
      const { accounts, total, differences } = ledger.reconcile();
      return {
        accounts: accounts.map((account) => {
          const stated = engine.stated(account.runtime);
          const outside_transcript = stated && outsideTranscripts(account.runtime, stated, ledger);
          return { ...accountOf(account, filesOf(account)), outside_transcript };
        }),
        total: usageSumOf(total),
        differences,
        backfill: backfill(),
      };
    },
    close() {
      engine.close();
      ledger.close();
    },
  };
}

/** Gone ones only when somebody asks for them, or they were at work since then. */
function isAskedFor(session: Session, { runtime, agent, status, hidden, since }: SessionsQuery): boolean {
  if (runtime !== undefined && session.runtime !== runtime) return false;
  if (agent !== undefined && session.agent !== agent) return false;
  if (status !== undefined && session.live.status !== status) return false;
  if (hidden !== true && session.hidden) return false;
  if (since === undefined || session.live.status !== 'gone') return true;
  return session.last_at !== null && Date.parse(session.last_at) >= since;
}

function countLives(sessions: readonly Session[]): Record<LiveStatus, number> {
  const counts = Object.fromEntries(LIVE_STATUSES.map((status) => [status, 0])) as Record<LiveStatus, number>;
  for (const { live } of sessions) counts[live.status] += 1;
  return counts;
}

function basisOf({ cost_pico: cost, reported_pico: reported }: ExactSum): CostBasis | null {
  if (cost === 0n) return null;
  if (reported === 0n) return 'list';
  return reported === cost ? 'reported' : 'mixed';
}

function unpricedModels(ledger: Ledger, filter: Omit<UsageQuery, 'by' | 'tz' | 'step'>): string[] {
  return ledger
    .sums({ ...filter, by: ['model'] })
    .filter(({ sum }) => sum.unpriced_responses > 0)
    .map(({ keys }) => keys.model ?? 'unknown');
}

function accountOf(
  { runtime, read, offered, dropped, counted, unpriced_models }: Account,
  files: number,
): Omit<ReconcileAnswer['accounts'][number], 'outside_transcript'> {
  const { lines, malformed, unknown, errors } = read;
  const all: Record<string, number> = { ...read.dropped };
  for (const [reason, count] of Object.entries(dropped)) all[reason] = (all[reason] ?? 0) + count;
  return { runtime, files, lines, malformed, unknown, errors, offered, dropped: all, counted, unpriced_models };
}

function compare(one: string | null, other: string | null): number {
  const [a, b] = [one ?? '', other ?? ''];
  return a < b ? -1 : a > b ? 1 : 0;
}
