import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  assembleCodex,
  type CodexSessions,
  type CodexState,
  form,
  isPacked,
  lockedThreads,
  LOCKS,
  NAMES,
  threadNames,
  wantsFile,
} from '../../../../src/runtimes/codex/index.js';
import type { ErrorFact, Response } from '../../../../src/runtimes/facts.js';
import { unpackZstd } from '../../../../src/runtimes/zstd.js';
import type { Home } from '../../../support/homes.js';

export interface Reading extends CodexSessions {
  responses: Response[];
  errors: ErrorFact[];
  warnings: string[];
  unknown: string[];
  dropped: Record<string, number>;
  states: CodexState[];
}

/**
 * Reads the records of Codex in a home from end to end, in the plainest way; the same key counts once.
 * @param broken between any two lines the state goes into a database and comes back
 * @param whole lines are parsed whole, not by their heads
 */
export function readCodex(home: Home, { broken = false, whole = false } = {}): Reading {
  const responses = new Map<string, Response>();
  const errors: ErrorFact[] = [];
  const warnings: string[] = [];
  const unknown: string[] = [];
  const dropped: Record<string, number> = {};
  const findings = {
    response: (response: Response) => void (responses.has(response.key) || responses.set(response.key, response)),
    error: (error: ErrorFact) => void errors.push(error),
    dropped: (reason: string) => void (dropped[reason] = (dropped[reason] ?? 0) + 1),
    unknown: (kind: string) => void unknown.push(kind),
    warning: (reason: string) => void warnings.push(reason),
  };
  const root = home.env.CODEX_HOME ?? '';
  const files: { root: string; path: string; state: CodexState }[] = [];
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = relative(root, join(entry.parentPath, entry.name));
    if (!entry.isFile() || !wantsFile(path)) continue;
    const bytes = readFileSync(join(root, path));
    let state = form.begin(path);
    for (const line of linesOf(isPacked(path) ? unpackZstd(bytes, 1e8) : bytes)) {
      form.take(state, whole ? JSON.parse(String(line)) : form.read?.(line), findings);
      if (broken) state = JSON.parse(JSON.stringify(state));
    }
    files.push({ root, path, state });
  }
  const locks = existsSync(join(root, LOCKS)) ? [[root, lockedThreads(readdirSync(join(root, LOCKS)))] as const] : [];
  const names = threadNames(readFileSync(join(root, NAMES), 'utf8').split('\n'));
  const assembled = assembleCodex({
    home: home.home,
    files,
    locks: new Map(locks),
    names,
    processes: home.processes,
    now: home.now,
  });
  const states = files.map(({ state }) => state);
  return { ...assembled, responses: [...responses.values()], errors, warnings, unknown, dropped, states };
}

function* linesOf(bytes: Buffer): Iterable<Buffer> {
  let from = 0;
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
    yield bytes.subarray(from, end);
    from = end + 1;
  }
}
