import { basename } from 'node:path';
import { fieldOf } from '../../protocol/index.js';
import { type CodexState, form, wantsFile } from '../codex/index.js';
import type { Findings } from '../facts.js';
import { createFileSet } from './file-set.js';
import { hashOf, type Keep } from './keep.js';
import { type FilePlace, isRead, readFileOn } from './place.js';
import type { Reading } from './database.js';
import { aliasOfThread, type Telling } from './transcript.js';

/** One rollout of Codex that an agent runs inside itself. */
export interface RolloutFile {
  path: string;
  place: FilePlace | null;
  state: CodexState;
  /** The session that its responses were put down to. */
  session: string | null;
}

/** Rollouts in the Codex homes of one agent. */
export interface AgentRollouts {
  readonly known: ReadonlyMap<string, RolloutFile>;
  /** Which there are now. @returns those with something to read, or whose session is another one than was thought */
  look(directories: readonly string[], sessionOf: (thread: string) => string | null, now: number): RolloutFile[];
  /** Reads one on. @returns whether all of it is read */
  read(file: RolloutFile, telling: Telling, reading: Reading): boolean;
  progress(): { files: number; bytes: number; done: number };
}

/** Days of a year are three directories deep. */
const DEPTH = 3;
const LISTED_MS = 5_000;

/** @param warn hears of what cannot be read: absolute path, and why */
export function createAgentRollouts(keep: Keep, warn: (path: string, reason: string) => void): AgentRollouts {
  const known = new Map<string, RolloutFile>();
  const sizes = new Map<string, number>();
  const wants = (name: string) => wantsFile(`sessions/${name}`);
  const set = createFileSet({ depth: DEPTH, every: LISTED_MS, wants, warn });

  return {
    known,
    look(directories, sessionOf, now) {
      const stamps = set.look(directories, now);
      const waiting: RolloutFile[] = [];
      for (const [path, stamp] of stamps) {
        sizes.set(path, stamp.size);
        const file = known.get(path) ?? recalled(path, keep);
        known.set(path, file);
        const session = sessionOf(file.state.thread) ?? file.state.thread;
        // What its transcript says of it came later: all of it is put down once more, to the session that it is of.
        if (file.session !== session) Object.assign(file, { place: null, session });
        if (!isRead(file.place, stamp)) waiting.push(file);
      }
      for (const path of known.keys()) {
        if (stamps.has(path)) continue;
        known.delete(path);
        sizes.delete(path);
        keep.forget(nameIn(path));
      }
      return waiting;
    },
    read(file, telling, reading) {
      const findings = findingsOf(telling, file);
      const parse = form.read?.bind(form) ?? ((line: Buffer): unknown => JSON.parse(line.toString('utf8')));
      const place = readFileOn({
        path: file.path,
        packed: file.path.endsWith('.zst'),
        place: file.place,
        budget: reading.budget,
        restart: () => {
          file.state = form.begin(`sessions/${basename(file.path)}`);
        },
        line(line) {
          reading.read.lines += 1;
          if (!form.wants(line)) return;
          let value: unknown;
          try {
            value = parse(line);
          } catch {
            reading.read.malformed += 1;
            return;
          }
          form.take(file.state, value, findings);
        },
        warn: (reason) => warn(file.path, reason),
      });
      if (place === null) return true;
      file.place = place;
      keep.set(nameIn(file.path), structuredClone({ place, state: file.state, session: file.session }));
      return place.done;
    },
    progress() {
      let [bytes, done] = [0, 0];
      for (const size of sizes.values()) bytes += size;
      for (const { path, place } of known.values()) done += Math.min(place?.offset ?? 0, sizes.get(path) ?? 0);
      return { files: known.size, bytes, done };
    },
  };
}

/** What Codex' form finds, as this agent's: a mirror of the same thread in a transcript gives way to it. */
function findingsOf({ agentId, session, findings }: Telling, file: RolloutFile): Findings {
  return {
    ...findings,
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

function nameIn(path: string): string {
  return `rollout:${hashOf(path)}`;
}

function recalled(path: string, keep: Keep): RolloutFile {
  const kept = structuredClone(keep.get(nameIn(path)));
  const [place, state, session] = [fieldOf(kept, 'place'), fieldOf(kept, 'state'), fieldOf(kept, 'session')];
  if (place === undefined || state === undefined || typeof session !== 'string')
    return { path, place: null, state: form.begin(`sessions/${basename(path)}`), session: null };
  return { path, place: place as FilePlace, state: state as CodexState, session };
}
