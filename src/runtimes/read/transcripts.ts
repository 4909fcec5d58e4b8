import { join } from 'node:path';
import { isSame, type Reading, readOn, recall, type Transcript } from './file.js';
import { findRoots, labelOf, type Root } from './roots.js';
import { createWalk, fileAt, type FoundFile, type Walk, type Walking } from './walk.js';

export interface TranscriptsOptions<State> extends Reading<State> {
  /** Whether files may lie below a directory, and whether a file counts: relative to a root, with `/`. */
  into: (path: string) => boolean;
  wants: (path: string) => boolean;
  /** Where roots may be: absolute. */
  roots: readonly string[];
  home: string;
  pace?: Partial<Pace>;
}

/** How often things are looked at, in milliseconds. */
export interface Pace {
  /** Files that were written to within a day. */
  hot: number;
  /** The same when there are more than `HOT_FILES` of them. */
  manyHot: number;
  /** Directories whose listing changed. */
  directories: number;
  /** All directories and files. */
  whole: number;
}

export const PACE: Pace = { hot: 1000, manyHot: 5000, directories: 30_000, whole: 60_000 };

const HOT_MS = 86_400_000;
const HOT_FILES = 256;
/** Per root. */
const MOST_FILES = 200_000;
/** Warnings that are kept: who has more has read enough. */
const MOST_WARNINGS = 100;

export interface TranscriptsLook {
  /** A state is another one now, or a file came or went. */
  changed: boolean;
  /** There is more to read. */
  more: boolean;
}

/** All transcripts of a runtime, each read on from where it was left. */
export interface Transcripts<State> {
  readonly roots: readonly Root[];
  /** By absolute path. */
  readonly files: ReadonlyMap<string, Transcript<State>>;
  /**
   * Looks at what is due and reads until `until` (as `performance.now()`), newest files first. `isHot`: files (relative paths) that
   * a process has open, so far as is known.
   */
  look(now: number, until: number, isHot: (path: string) => boolean): TranscriptsLook;
  progress(): { done_bytes: number; total_bytes: number };
  /** What could not be used, each once: `projects/x: permission denied`. */
  warnings(): string[];
}

/** Transcripts of which nothing is read yet. */
export function createTranscripts<State>(options: TranscriptsOptions<State>): Transcripts<State> {
  const { home } = options;
  const pace = { ...PACE, ...options.pace };
  const files = new Map<string, Transcript<State>>();
  const walks = new Map<string, Walk>();
  const waiting = new Set<Transcript<State>>();
  const warned = new Set<string>();
  const missing = new Set<string>();
  let roots: Root[] = [];
  let walking: { root: Root; all: boolean; steps: Walking }[] = [];
  let hot: Transcript<State>[] = [];
  /** On the clock of `performance.now()`. */
  const last = {
    hot: Number.NEGATIVE_INFINITY,
    directories: Number.NEGATIVE_INFINITY,
    whole: Number.NEGATIVE_INFINITY,
  };
  let changed = false;

  const warn = (reason: string): void => {
    if (warned.size < MOST_WARNINGS) warned.add(reason);
  };
  const walkOf = (root: Root): Walk => {
    const known = walks.get(root.path);
    if (known) return known;
    const made = createWalk({
      root: root.path,
      into: options.into,
      wants: options.wants,
      limit: MOST_FILES,
      warn: (path, reason) => warn(`${labelOf(join(root.path, path), home) || root.label}: ${reason}`),
    });
    walks.set(root.path, made);
    return made;
  };

  /** Every file as it is now: what is new, larger or another one is read in its turn. */
  const take = (root: Root, file: FoundFile): void => {
    const path = join(root.path, file.path);
    const known = files.get(path);
    if (!known) {
      const made = recall(options, root, file);
      files.set(path, made);
      changed = true;
      if (made.read === null || !isSame(made.read, file)) waiting.add(made);
    } else if (!isSame(known.file, file) || known.read === null) {
      // What could not be read is tried again: permissions may have come, which no size and no time tells.
      known.file = file;
      waiting.add(known);
    }
  };
  const forget = (transcript: Transcript<State>): void => {
    files.delete(transcript.path);
    waiting.delete(transcript);
    options.ledger.forgetFile(options.runtime, transcript.path);
    changed = true;
  };

  const startWalks = (at: number): void => {
    if (walking.length > 0) return;
    const all = at - last.whole >= pace.whole;
    if (!all && at - last.directories < pace.directories) return;
    if (all) {
      last.whole = at;
      roots = findRoots(options.roots, home, warn);
    }
    last.directories = at;
    walking = roots.map((root) => ({ root, all, steps: all ? walkOf(root).whole() : walkOf(root).changed() }));
    missing.clear();
    if (all) for (const path of files.keys()) missing.add(path);
  };
  const walkOn = (until: number, now: number, isHot: (path: string) => boolean): void => {
    for (let current = walking[0]; current; current = walking[0]) {
      const step = current.steps.next();
      if (step.done) {
        for (const file of step.value) {
          take(current.root, file);
          missing.delete(join(current.root.path, file.path));
        }
        const { all } = current;
        walking.shift();
        if (walking.length === 0) {
          if (all) for (const path of missing) forget(files.get(path) as Transcript<State>);
          hot = hotOf(files, now, isHot);
        }
      }
      if (performance.now() >= until) return;
    }
  };
  const lookAtHot = (at: number): void => {
    if (at - last.hot < (hot.length > HOT_FILES ? pace.manyHot : pace.hot)) return;
    last.hot = at;
    for (const transcript of hot) {
      if (!files.has(transcript.path)) continue;
      const file = fileAt(transcript.root.path, transcript.file.path);
      if (file) take(transcript.root, file);
      else forget(transcript);
    }
  };
  const readNext = (until: number): void => {
    if (waiting.size === 0) return;
    for (const transcript of [...waiting].sort((a, b) => b.file.mtimeMs - a.file.mtimeMs)) {
      while (files.has(transcript.path)) {
        const { done, took } = readOn(options, transcript, (reason) =>
          warn(`${labelOf(transcript.path, home)}: ${reason}`),
        );
        changed ||= took;
        if (done) waiting.delete(transcript);
        if (performance.now() >= until) return;
        if (done) break;
      }
    }
  };

  return {
    get roots() {
      return roots;
    },
    files,
    look(now, until, isHot) {
      const at = performance.now();
      changed = false;
      startWalks(at);
      walkOn(until, now, isHot);
      lookAtHot(at);
      readNext(until);
      return { changed, more: walking.length > 0 || waiting.size > 0 };
    },
    progress() {
      let done = 0;
      let total = 0;
      for (const { file, place } of files.values()) {
        total += file.size;
        done += Math.min(place.offset, file.size);
      }
      return { done_bytes: done, total_bytes: total };
    },
    warnings: () => [...warned],
  };
}

/** Files that a process may write to: those that it did within a day, or has open. Newest first. */
function hotOf<State>(
  files: ReadonlyMap<string, Transcript<State>>,
  now: number,
  isHot: (path: string) => boolean,
): Transcript<State>[] {
  return [...files.values()]
    .filter(({ file }) => file.mtimeMs >= now - HOT_MS || isHot(file.path))
    .sort((a, b) => b.file.mtimeMs - a.file.mtimeMs);
}
