import { basename } from 'node:path';
import { fieldOf } from '../../protocol/index.js';
import { type CodexState, form, isPacked, wantsFile } from '../codex/index.js';
import type { Findings } from '../facts.js';
import type { Reading } from './database.js';
import type { Keep } from './keep.js';
import { type FilePlace, readFileOn } from './place.js';
import { createReadFiles, type ReadFile, type ReadFiles } from './read-files.js';
import { aliasOfThread, type Telling } from './transcript.js';

/** One rollout of Codex that an agent runs inside itself. */
export interface RolloutFile extends ReadFile {
  state: CodexState;
  /** The session that its responses were put down to; null: nothing is read of it. */
  session: string | null;
}

/** Days of a year are three directories deep. */
const DEPTH = 3;
const LISTED_MS = 5_000;

/** Rollouts in the Codex homes of one agent. */
export function createAgentRollouts(keep: Keep): ReadFiles<RolloutFile> {
  return createReadFiles<RolloutFile>(keep, {
    name: 'rollouts',
    files: { depth: DEPTH, every: LISTED_MS, wants: (name) => wantsFile(inCodex(name)) },
    begin(path, kept) {
      const [place, state, session] = [fieldOf(kept, 'place'), fieldOf(kept, 'state'), fieldOf(kept, 'session')];
      if (place === undefined || state === undefined || typeof session !== 'string')
        return { path, place: null, state: form.begin(inCodex(path)), session: null };
      return { path, place: place as FilePlace, state: state as CodexState, session };
    },
  });
}

/**
 * Reads a rollout on; from its beginning when it is another session's than was thought: what its transcript says of it may come
 * later. @returns whether all of it is read
 */
export function readRollout(
  files: ReadFiles<RolloutFile>,
  file: RolloutFile,
  telling: Telling,
  { budget, read }: Pick<Reading, 'budget' | 'read'>,
): boolean {
  const findings = findingsOf(telling, file);
  const parse = form.read?.bind(form) ?? ((line: Buffer): unknown => JSON.parse(line.toString('utf8')));
  const place = readFileOn({
    path: file.path,
    packed: isPacked(file.path),
    place: file.session === telling.session ? file.place : null,
    budget,
    restart: () => {
      file.state = form.begin(inCodex(file.path));
    },
    line(line) {
      read.lines += 1;
      if (!form.wants(line)) return;
      let value: unknown;
      try {
        value = parse(line);
      } catch {
        read.malformed += 1;
        return;
      }
      form.take(file.state, value, findings);
    },
    warn: (reason) => files.note(file, reason),
  });
  if (place !== null) file.session = telling.session;
  return files.put(file, place, { state: file.state, session: file.session });
}

/** As Codex' own reader would be told of it. */
function inCodex(path: string): string {
  return `sessions/${basename(path)}`;
}

/** What Codex' form finds, as this agent's: a mirror of the same thread in a transcript gives way to it. */
function findingsOf({ agentId, session, findings }: Telling, file: RolloutFile): Findings {
  return {
    dropped: (reason) => findings.dropped(reason),
    unknown: (kind) => findings.unknown(kind),
    warning: (reason) => findings.warning(reason),
    response: (response) =>
      findings.response({
        ...response,
        key: `rollout:${agentId}:${response.key}`,
        alias: aliasOfThread(agentId, file.state.thread),
        session,
      }),
    error: (error) => findings.error({ ...error, session }),
  };
}
