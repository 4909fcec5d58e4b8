import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  assembleClaude,
  type ClaudeSession,
  type ClaudeState,
  form,
  type ProcessRecord,
  recordOf,
  wantsFile,
  wantsRecord,
} from '../../../../src/runtimes/claude-code/index.js';
import type { ErrorFact, Response } from '../../../../src/runtimes/facts.js';
import { slim } from '../../../../src/runtimes/slim.js';
import type { Home } from '../../../support/homes.js';

interface Options {
  /** Between any two lines the state goes into a database and comes back. */
  broken?: boolean;
}

export interface Reading {
  sessions: ClaudeSession[];
  /** What counts, each with the session that it counts for. */
  responses: Response[];
  errors: ErrorFact[];
  warnings: string[];
  unknown: string[];
  dropped: Record<string, number>;
  malformed: number;
}

/** Reads the records of Claude Code in a home from end to end, in the plainest way, and counts as the ledger does. */
export function readClaude(home: Home, { broken = false }: Options = {}): Reading {
  const found = {
    responses: [] as Response[],
    errors: [] as ErrorFact[],
    warnings: [] as string[],
    unknown: [] as string[],
  };
  const dropped: Record<string, number> = {};
  let malformed = 0;
  const findings = {
    response: (response: Response) => void found.responses.push(response),
    error: (error: ErrorFact) => void found.errors.push(error),
    dropped: (reason: string) => void (dropped[reason] = (dropped[reason] ?? 0) + 1),
    unknown: (kind: string) => void found.unknown.push(kind),
    warning: (reason: string) => void found.warnings.push(reason),
  };
  const files: { root: string; path: string; state: ClaudeState }[] = [];
  const registry: { root: string; path: string; record: ProcessRecord }[] = [];
  for (const root of home.env.CLAUDE_CONFIG_DIR?.split(',') ?? []) {
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      const path = relative(root, join(entry.parentPath, entry.name));
      if (!entry.isFile()) continue;
      if (wantsRecord(path)) {
        const record = recordOf(path, JSON.parse(readFileSync(join(root, path), 'utf8')));
        if (record !== null) registry.push({ root, path, record });
      }
      if (!wantsFile(path)) continue;
      let state = form.begin(path);
      for (const line of linesOf(readFileSync(join(root, path)))) {
        if (!form.wants(line)) continue;
        const value = parsed(line);
        if (value === undefined) malformed++;
        else form.take(state, value, findings);
        if (broken) state = JSON.parse(JSON.stringify(state));
      }
      files.push({ root, path, state });
    }
  }
  const sessions = assembleClaude({ home: home.home, files, registry, processes: home.processes, now: home.now });
  return { ...found, sessions, dropped, malformed, responses: counted(found.responses, sessions) };
}

function parsed(line: Buffer): unknown {
  try {
    return JSON.parse(slim(line).toString());
  } catch {
    return undefined;
  }
}

function* linesOf(bytes: Buffer): Iterable<Buffer> {
  let from = bytes.subarray(0, 3).equals(Buffer.from('\ufeff')) ? 3 : 0;
  for (let end = bytes.indexOf(10, from); end !== -1; end = bytes.indexOf(10, from)) {
    if (end > from) yield bytes.subarray(from, end);
    from = end + 1;
  }
}

/** Each response once: the line with the most output, for the session that ended first, and no replica of another. */
function counted(responses: Response[], sessions: ClaudeSession[]): Response[] {
  const ends = new Map(sessions.map(({ session }) => [session.id, session.last_at ?? '']));
  const once = new Map<string, Response>();
  for (const response of responses) {
    const known = once.get(response.key);
    const best = known === undefined || response.output > known.output ? response : known;
    const owners = [response.session, known?.session ?? response.session];
    const [session = ''] = owners.toSorted((a, b) => ((ends.get(a) ?? '') < (ends.get(b) ?? '') ? -1 : 1));
    once.set(response.key, { ...best, session });
  }
  const originals = new Set([...once.values()].filter(({ replica }) => !replica).map(({ alias }) => alias));
  return [...once.values()].filter(({ replica, alias }) => !replica || alias === null || !originals.has(alias));
}
