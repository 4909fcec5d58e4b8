import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { DropReason, ErrorFact, Findings, Response } from '../facts.js';
import { tilde } from '../home.js';
import type { FileAccount, Ledger } from '../ledger/contract.js';
import { PACE } from '../read/transcripts.js';
import { findRoots, type Root } from '../read/roots.js';
import type { Assembled, Found, Moment, OpenReader, ReaderSetup } from '../reader.js';
import type { OpenclawLook, OpenclawReader } from './contract.js';
import { createOpenclawReader } from './reader.js';

/** One home, and what is kept of it between runs. */
interface Opened {
  root: Root;
  reader: OpenclawReader;
  kept: Map<string, unknown>;
  account: FileAccount;
}

/** Reads what OpenClaw records, in every home that it has. */
export const openOpenclawReader: OpenReader = (setup) => {
  const { roots: names, home, pace } = setup;
  const opened = new Map<string, Opened>();
  const problems = new Set<string>();
  let foundAt = Number.NEGATIVE_INFINITY;
  let before: readonly OpenclawLook[] | null = null;

  const discover = (): void => {
    const at = performance.now();
    if (at - foundAt < (pace.whole ?? PACE.whole)) return;
    foundAt = at;
    problems.clear();
    const roots = findRoots(names, home, (reason) => problems.add(reason));
    for (const [path, { reader }] of opened) {
      if (roots.some((root) => root.path === path)) continue;
      reader.close();
      opened.delete(path);
    }
    for (const root of roots) if (!opened.has(root.path)) opened.set(root.path, openHome(setup, root));
  };
  return {
    look(moment) {
      discover();
      const looks: OpenclawLook[] = [];
      for (const one of opened.values()) {
        try {
          looks.push(lookAt(setup, one, moment));
        } catch (error) {
          // What is kept is behind what the reader remembers: it begins again from what is kept.
          one.reader.close();
          opened.delete(one.root.path);
          foundAt = Number.NEGATIVE_INFINITY;
          throw error;
        }
      }
      const changed = isOther(looks, before);
      before = looks;
      return {
        found: foundOf(
          looks,
          [...opened.values()].map(({ root }) => tilde(home, root.path)),
          problems,
        ),
        assembled: changed ? assembledOf(looks) : null,
        more: looks.some(({ more }) => more),
      };
    },
    close() {
      for (const { reader } of opened.values()) reader.close();
    },
  };
};

/** Whether looks tell of other things than those before them. */
function isOther(looks: readonly OpenclawLook[], before: readonly OpenclawLook[] | null): boolean {
  if (looks.length !== before?.length) return true;
  const small = ({ agents, gateway }: OpenclawLook) => JSON.stringify([agents, gateway]);
  return looks.some((look, index) => {
    const old = before[index];
    return old?.sessions !== look.sessions || old.cron !== look.cron || small(old) !== small(look);
  });
}

function openHome({ home, temporary, scratch, ledger, version }: ReaderSetup, root: Root): Opened {
  const record = ledger.file('openclaw', root.path);
  const state = record?.state as { version?: unknown; kept?: [string, unknown][] } | null | undefined;
  const isGood = record !== null && state?.version === version && Array.isArray(state.kept);
  const kept = new Map(isGood ? state.kept : []);
  const copies = join(scratch, createHash('sha256').update(root.path).digest('hex').slice(0, 12));
  const reader = createOpenclawReader({ root: root.path, home, temporary, scratch: copies, kept });
  const account = isGood
    ? record.account
    : { lines: 0, malformed: 0, responses: 0, errors: 0, dropped: {}, unknown: {} };
  return { root, reader, kept, account };
}

/** One look at a home; what it found and what is kept of it go into the ledger together. */
function lookAt({ ledger, version, onPut }: ReaderSetup, one: Opened, { now, processes }: Moment): OpenclawLook {
  const { account, kept } = one;
  const responses = new Map<DropReason, Response[]>();
  const errors: ErrorFact[] = [];
  const look = one.reader.look({
    now,
    processes,
    findings: (_agent, repeat) => findingsInto(account, errors, listIn(responses, repeat)),
  });
  account.lines += look.read.lines;
  account.malformed += look.read.malformed;
  for (const [name, value] of look.kept) {
    if (value === null) kept.delete(name);
    else kept.set(name, value);
  }
  if (look.kept.length === 0 && errors.length === 0 && look.read.lines === 0 && responses.size === 0) return look;
  ledger.inOne(() => {
    for (const [repeat, list] of responses) if (list.length > 0) onPut(ledger.put('openclaw', list, repeat));
    if (errors.length > 0) ledger.putErrors('openclaw', errors);
    keepHome(ledger, one, version);
  });
  return look;
}

function keepHome(ledger: Ledger, { root, kept, account }: Opened, version: string): void {
  const none = { dev: 0, ino: 0, size: 0, mtimeMs: 0, offset: 0, head: '' };
  ledger.putFile('openclaw', root.path, { ...none, state: { version, kept: [...kept] }, account });
}

function findingsInto(account: FileAccount, errors: ErrorFact[], responses: Response[]): Findings {
  return {
    response(response) {
      account.responses++;
      responses.push(response);
    },
    error(error) {
      account.errors++;
      errors.push(error);
    },
    dropped(reason) {
      account.dropped[reason] = (account.dropped[reason] ?? 0) + 1;
    },
    unknown(kind) {
      account.unknown[kind] = (account.unknown[kind] ?? 0) + 1;
    },
    // Its looks carry their warnings themselves.
    warning() {},
  };
}

function listIn(lists: Map<DropReason, Response[]>, reason: DropReason): Response[] {
  const list = lists.get(reason) ?? [];
  lists.set(reason, list);
  return list;
}

function assembledOf(looks: readonly OpenclawLook[]): Assembled {
  return {
    sessions: looks.flatMap(({ sessions }) => sessions),
    cron: looks.flatMap(({ cron }) => cron),
    quotas: [],
    rankBy: 'started_at',
    agents: looks.flatMap(({ agents }) => agents),
    gateway: looks.find(({ gateway }) => gateway !== null)?.gateway ?? null,
  };
}

function foundOf(looks: readonly OpenclawLook[], roots: string[], problems: ReadonlySet<string>): Found {
  const sum = (of: (look: OpenclawLook) => number) => looks.reduce((total, look) => total + of(look), 0);
  const states = looks.map(({ state }) => state);
  return {
    state: states.includes('reading') ? 'reading' : states.includes('failed') ? 'failed' : 'absent',
    roots,
    files: sum(({ files }) => files),
    bytes: sum(({ bytes }) => bytes),
    versions: [...new Set(looks.flatMap(({ versions }) => versions))].sort(),
    backfill: {
      done_bytes: sum(({ backfill }) => backfill.done_bytes),
      total_bytes: sum(({ backfill }) => backfill.total_bytes),
    },
    warnings: [...problems, ...looks.flatMap(({ warnings }) => warnings)],
  };
}
