import { createHash } from 'node:crypto';
import type { RuntimeName } from '../protocol/index.js';

/** A directory that somebody works in, as agents are named after it. */
export interface Project {
  /** What stays when worktrees are cut off. */
  path: string;
  /** Its last part, fit to be shown and to be part of an agent's id. */
  name: string;
}

/** Which directory has which agent, kept for ever. */
export interface ProjectBook {
  /** null: it has none yet. */
  idOf(runtime: RuntimeName, path: string): string | null;
  isTaken(runtime: RuntimeName, id: string): boolean;
  keep(runtime: RuntimeName, path: string, id: string): void;
}

/** A session's first working directory, and since when it is known to work there. */
export interface Seen {
  cwd: string;
  /** Milliseconds since the epoch. */
  at: number;
}

const MOST_LETTERS = 80;
const NOT_IN_NAMES = /[/\\\p{Cc}\p{Cs}]/gu;
const WORKTREES = /[/\\](?:\.claude[/\\]worktrees|\.worktrees)(?:[/\\].*)?$/s;

/** The project of a working directory; its worktrees are the project's own. null: it names none. */
export function projectOf(cwd: string): Project | null {
  const path = cwd.replace(WORKTREES, '').replace(/(?<=[^/\\])[/\\]+$/, '');
  const name = path.split(/[/\\]/).at(-1) ?? '';
  const clean = nameOf(name);
  return clean === '' ? null : { path, name: clean };
}

/**
 * The agents of working directories, by `cwd`. Of two projects with one name the one seen first has it alone, the other gets
 * `~` and the beginning of its path's hash; whoever has a name keeps it. Asked for many at once, the earliest comes first.
 */
export function agentsOf(book: ProjectBook, runtime: RuntimeName, seen: readonly Seen[]): Map<string, string> {
  const agents = new Map<string, string>();
  for (const { cwd } of [...seen].sort((one, other) => one.at - other.at || (one.cwd < other.cwd ? -1 : 1))) {
    if (!agents.has(cwd)) agents.set(cwd, agentOf(book, runtime, cwd));
  }
  return agents;
}

/** The agent of sessions that say no directory. */
export function homelessAgent(runtime: RuntimeName): string {
  return `${runtime}:unknown`;
}

/** The agent that a runtime itself gives a name. */
export function namedAgent(runtime: RuntimeName, name: string): string {
  return `${runtime}:${nameOf(name)}`;
}

/** An agent of the workspace has its id before one of a runtime. */
export function besideWorkspace(id: string, isWorkspaceAgent: (id: string) => boolean): string {
  return isWorkspaceAgent(id) ? besideWorkspace(`${id}~rt`, isWorkspaceAgent) : id;
}

function nameOf(text: string): string {
  // Cut first: the cut may go through a character.
  return text.slice(0, MOST_LETTERS).replaceAll(NOT_IN_NAMES, '_');
}

function agentOf(book: ProjectBook, runtime: RuntimeName, cwd: string): string {
  const project = projectOf(cwd);
  if (project === null) return homelessAgent(runtime);
  const { path, name } = project;
  const kept = book.idOf(runtime, path);
  if (kept !== null) return kept;
  const hash = createHash('sha256').update(path).digest('hex');
  let id = `${runtime}:${name}`;
  for (let length = 4; book.isTaken(runtime, id); length += 1) id = `${runtime}:${name}~${hash.slice(0, length)}`;
  book.keep(runtime, path, id);
  return id;
}
