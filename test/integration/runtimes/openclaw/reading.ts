import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { AssembledSession, DropReason, ErrorFact, Findings, Response } from '../../../../src/runtimes/facts.js';
import {
  createOpenclawReader,
  type OpenclawLook,
  type OpenclawReader,
} from '../../../../src/runtimes/openclaw/index.js';
import type { Processes } from '../../../../src/runtimes/processes.js';
import type { Home } from '../../../support/homes.js';

/** A home of OpenClaw that is read, with what a ledger would make of it. */
export interface Reader {
  reader: OpenclawReader;
  /** Looks until nothing is left to read. */
  look(now?: number, processes?: Processes): OpenclawLook;
  /** Responses that count, each once. */
  responses(): Response[];
  /** With agents, each once. */
  errors(): (ErrorFact & { agentId: string })[];
  unknown: string[];
  warnings: string[];
  dropped: DropReason[];
  kept: Map<string, unknown>;
}

const MOST_LOOKS = 1000;

export function readOpenclaw(
  home: Home,
  kept = new Map<string, unknown>(),
  root = home.env.OPENCLAW_STATE_DIR ?? '',
): Reader {
  const reader = createOpenclawReader({
    root,
    home: home.home,
    temporary: join(home.root, 'tmp'),
    scratch: join(home.root, 'scratch'),
    kept,
  });
  const offered: Response[] = [];
  const errors = new Map<string, ErrorFact & { agentId: string }>();
  const began = new Map<string, string>();
  const [unknown, warnings, dropped]: [string[], string[], DropReason[]] = [[], [], []];
  const findings = (agentId: string): Findings => ({
    response: (response) => offered.push(response),
    error: (error) => errors.set(`${error.session}:${error.at}:${error.code}`, { ...error, agentId }),
    dropped: (reason) => dropped.push(reason),
    unknown: (kind) => unknown.push(kind),
    warning: (reason) => warnings.push(reason),
  });
  return {
    reader,
    unknown,
    warnings,
    dropped,
    kept,
    look(now = home.now, processes = home.processes) {
      for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
        const look = reader.look({ now, processes, findings });
        for (const { id, started_at } of look.sessions) began.set(id, started_at ?? '9');
        for (const [name, value] of look.kept) {
          if (value === null) kept.delete(name);
          // As a database would give it back.
          else kept.set(name, JSON.parse(JSON.stringify(value)));
        }
        if (!look.more) return look;
      }
      throw new Error('there is always more to read');
    },
    responses: () => counted(offered, began),
    errors: () => [...errors.values()],
  };
}

/** As the ledger counts: a key once, for the session that began first; a replica only where there is no original. */
function counted(offered: Response[], began: ReadonlyMap<string, string>): Response[] {
  const byKey = new Map<string, Response>();
  const rank = ({ session }: Response) => `${began.get(session) ?? '9'} ${session}`;
  for (const response of offered) {
    const known = byKey.get(response.key);
    if (known === undefined || rank(response) < rank(known)) byKey.set(response.key, response);
  }
  const all = [...byKey.values()];
  const originals = new Set(all.filter(({ replica }) => !replica).map(({ alias }) => alias));
  return all.filter(({ replica, alias }) => !replica || !originals.has(alias));
}

/** Everything below a directory, as it is: to be the same afterwards. */
export function inventory(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const path = join(directory, name);
      const stats = lstatSync(path, { bigint: true });
      const hash = stats.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : '';
      return `${name} ${stats.ino} ${stats.mode} ${stats.size} ${stats.mtimeNs} ${hash}`;
    });
}

export function sessionOf(look: OpenclawLook, id: string): AssembledSession {
  const found = look.sessions.find((session) => session.id === id);
  if (found === undefined) throw new Error(`there is no session ${id}`);
  return found;
}
