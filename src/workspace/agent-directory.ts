import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { McError, errnoOf, workspaceLayout } from '../base/index.js';
import type { AgentReading } from '../protocol/index.js';
import {
  AGENT_FILES,
  type AgentFileName,
  type AgentFiles,
  type FoundFile,
  type RefusedFile,
  isFound,
  noAgentFiles,
  warnInto,
} from './agent-files.js';
import { readAgent } from './agents.js';
import { work } from './desk.js';
import { parseTolerantJson } from './json.js';
import { LIMITS, followLink, readBytes, reasonOf } from './read-bytes.js';

export interface ReadAgentOptions {
  /** How long to wait before JSON that does not parse is read a second time, in milliseconds (100). */
  retryMs?: number;
}

/** Only the newest of each (by name) are looked at. */
const MEMORY_KEPT = 500;
const TASKS_KEPT = 200;

/** Reads what lies in an agent's directory; null when there is no such directory. Nothing in it makes this throw. */
export async function readAgentDirectory(
  root: string,
  id: string,
  options: ReadAgentOptions = {},
): Promise<AgentFiles | null> {
  const found = noAgentFiles();
  const directory = await openDirectory(root, join(workspaceLayout(root).agents, id));
  if (directory === null) return null;
  if ('refused' in directory) {
    found.warnings.push({ file: '.', place: null, reason: directory.refused });
    return found;
  }
  await Promise.all(
    directory.entries.map((entry) => readEntry(root, directory.path, entry, found, options.retryMs ?? 100)),
  );
  // The order in which reads end is no news.
  found.warnings.sort((a, b) => (a.file < b.file ? -1 : 1));
  return found;
}

/** Reads one agent as its files are now; null when its directory is gone. `now` as in `readAgent`. */
export async function readAgentAt(
  root: string,
  id: string,
  now?: number,
  options: ReadAgentOptions = {},
): Promise<AgentReading | null> {
  const files = await readAgentDirectory(root, id, options);
  return files === null ? null : readHere(id, files, now);
}

/** Reads an agent's files wherever there is time; those that take too much of it are refused like others. */
async function readHere(id: string, files: AgentFiles, now: number | undefined): Promise<AgentReading> {
  const found = [...Object.values(files.files), ...files.tasks.map(({ file }) => file)].filter(isFound);
  const bytes = found.reduce((sum, file) => sum + file.size, 0);
  try {
    return await work('agent', bytes, id, files, now);
  } catch (error) {
    if (!(error instanceof McError)) throw error;
    return readAgent(id, withoutLarge(files, error.message), now);
  }
}

function withoutLarge(files: AgentFiles, reason: string): AgentFiles {
  const refused = (file: FoundFile | RefusedFile): FoundFile | RefusedFile =>
    isFound(file) && file.size > LARGE ? { refused: reason, mtimeMs: file.mtimeMs } : file;
  const own = Object.entries(files.files).map(([name, file]) => [name, refused(file)]);
  return {
    ...files,
    files: Object.fromEntries(own) as AgentFiles['files'],
    tasks: files.tasks.map(({ name, file }) => ({ name, file: refused(file) })),
  };
}

/** Files above this size are what makes an agent take long, in bytes. */
const LARGE = 16 * 1024;

type Directory = { path: string; entries: Dirent[] } | { refused: string };

async function openDirectory(root: string, path: string): Promise<Directory | null> {
  try {
    const real = (await lstat(path)).isSymbolicLink() ? await followLink(root, path) : { path };
    if ('refused' in real) return real;
    return { path: real.path, entries: await readdir(real.path, { withFileTypes: true }) };
  } catch (error) {
    const code = errnoOf(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? null : { refused: reasonOf(error) };
  }
}

async function readEntry(root: string, path: string, entry: Dirent, found: AgentFiles, retryMs: number): Promise<void> {
  const { name } = entry;
  if (isAgentFile(name)) {
    const file = name.endsWith('.json')
      ? await readJson(root, join(path, name), retryMs)
      : await readBytes(root, join(path, name), LIMITS.text);
    if (file !== null) found.files[name] = file;
  } else if ((name === 'memory' || name === 'tasks') && !entry.isFile()) {
    const inner = await openDirectory(root, join(path, name));
    if (inner === null) return;
    if ('refused' in inner) warnInto(found.warnings, name)(null, inner.refused);
    else if (name === 'memory') found.memory = await readMemory(inner.path, inner.entries);
    else found.tasks = await readTaskCards(root, inner.path, inner.entries);
  }
}

function isAgentFile(name: string): name is AgentFileName {
  return (AGENT_FILES as readonly string[]).includes(name);
}

/** JSON that does not parse may be half-written: it gets a second chance. */
async function readJson(root: string, path: string, retryMs: number): Promise<FoundFile | RefusedFile | null> {
  const file = await readBytes(root, path, LIMITS.json);
  if (file === null || !isFound(file)) return file;
  if (await isJson(file)) return file;
  await wait(retryMs);
  return readBytes(root, path, LIMITS.json);
}

/** What is read at once is parsed once: the result is kept for whoever reads the fields. */
async function isJson(file: FoundFile): Promise<boolean> {
  if (file.size > LARGE) return work('isJson', file.size, file.bytes).catch(() => true);
  file.json = parseTolerantJson(file.bytes);
  return file.json.ok;
}

async function readMemory(path: string, entries: readonly Dirent[]): Promise<AgentFiles['memory']> {
  const names = newest(entries, '.md', MEMORY_KEPT);
  const found = await Promise.all(
    names.map(async (name) => {
      const stats = await lstat(join(path, name)).catch(() => null);
      return stats?.isFile() ? [{ name, mtimeMs: stats.mtimeMs }] : [];
    }),
  );
  return found.flat();
}

async function readTaskCards(root: string, path: string, entries: readonly Dirent[]): Promise<AgentFiles['tasks']> {
  const names = newest(entries, '.json', TASKS_KEPT);
  const found: AgentFiles['tasks'] = [];
  // One after the other: many agents are read at one time, and each open file counts against the process's limit.
  for (const name of names) {
    const file = await readBytes(root, join(path, name), LIMITS.text);
    if (file !== null) found.push({ name, file });
  }
  return found;
}

function newest(entries: readonly Dirent[], ending: string, kept: number): string[] {
  const names = entries.map(({ name }) => name).filter((name) => name.endsWith(ending) && !name.startsWith('.'));
  return names.sort().slice(-kept);
}
