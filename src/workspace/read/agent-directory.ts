import type { Dirent } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { McError, rootsOf, workspaceLayout } from '../../base/index.js';
import type { AgentReading } from '../../protocol/index.js';
import { AGENT_FILES, type AgentFileName, type AgentFiles, noAgentFiles, warnInto } from '../agents/files.js';
import { readAgent } from '../agents/agents.js';
import { type Reader, workFor } from './thread.js';
import { CUT_OFF, inDirectory } from '../text/directory.js';
import { parseTolerantJson } from '../text/json.js';
import { meantName, nearMiss } from '../text/near-miss.js';
import { LIMITS, readBytes, type FoundFile, type RefusedFile, isFound } from '../text/read-bytes.js';

export interface ReadAgentOptions {
  /** How long to wait before JSON that does not parse is read a second time, in milliseconds (100). */
  retryMs?: number;
  /** Real paths in which all that is read must lie; the workspace as it is now (`rootsOf`) when absent. */
  within?: readonly string[];
  /** For whom it is read: large files are broken off when that one ends. */
  reader?: Reader | undefined;
}

/** Only the newest of each (by name) are looked at. */
const MEMORY_KEPT = 500;
const TASKS_KEPT = 200;

/** All names in an agent's directory that mean something. */
export const AGENT_NAMES: readonly string[] = [...AGENT_FILES, 'memory', 'tasks'];

/** What an agent's directory is being read for. */
interface Search {
  root: string;
  path: string;
  within: readonly string[];
  retryMs: number;
  reader: Reader | undefined;
  found: AgentFiles;
}

/** Reads what lies in an agent's directory; null when there is no such directory. Nothing in it makes this throw. */
async function readAgentDirectory(
  root: string,
  id: string,
  options: ReadAgentOptions = {},
): Promise<AgentFiles | null> {
  const layout = workspaceLayout(root);
  const path = join(layout.agents, id);
  const within = options.within ?? (await rootsOf(layout));
  const found = noAgentFiles();
  const { retryMs = 100, reader } = options;
  const search: Search = { root, path, within, retryMs, reader, found };
  const names = await inDirectory(path, within, async ({ entries, cut }) => {
    if (cut) warnInto(found.warnings, '.')(null, CUT_OFF);
    for (const { name } of entries) {
      const meant = meantName(name, AGENT_NAMES);
      if (meant !== null) warnInto(found.warnings, name)(null, nearMiss(meant));
    }
    return AGENT_NAMES.filter((name) => cut || entries.some((entry) => entry.name === name));
  });
  if (names === null) return null;
  if ('refused' in names) found.warnings.push({ file: '.', place: null, reason: names.refused });
  else await Promise.all(names.map((name) => readEntry(search, name)));
  // The order in which reads end is not news.
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
  return files === null ? null : readHere(id, files, now, options.reader);
}

/** Reads an agent's files wherever there is time; those that take too much of it are refused like others. */
async function readHere(
  id: string,
  files: AgentFiles,
  now: number | undefined,
  reader: Reader | undefined,
): Promise<AgentReading> {
  const found = [...Object.values(files.files), ...files.tasks.map(({ file }) => file)].filter(isFound);
  const bytes = found.reduce((sum, file) => sum + file.size, 0);
  // The others are read here when the thread cannot.
  const given = found.filter(({ size }) => size > LARGE).map((file) => file.bytes);
  try {
    return await workFor(reader, 'agent', { bytes, given }, id, files, now);
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

async function readEntry(search: Search, name: string): Promise<void> {
  const { root, path, within, found } = search;
  if (name === 'memory') found.memory = (await readMemory(search)) ?? [];
  else if (name === 'tasks') found.tasks = await readTaskCards(search);
  else {
    const file = name.endsWith('.json')
      ? await readJson(search, join(path, name))
      : await readBytes(root, join(path, name), LIMITS.text, within);
    if (file !== null) found.files[name as AgentFileName] = file;
  }
}

/** JSON that does not parse may be half-written: it gets a second chance. */
async function readJson(
  { root, within, retryMs, reader }: Search,
  path: string,
): Promise<FoundFile | RefusedFile | null> {
  const file = await readBytes(root, path, LIMITS.json, within);
  if (file === null || !isFound(file)) return file;
  try {
    if (await isJson(file, reader)) return file;
  } catch (error) {
    if (!(error instanceof McError)) throw error;
    return { refused: error.message, mtimeMs: file.mtimeMs };
  }
  await wait(retryMs);
  return readBytes(root, path, LIMITS.json, within);
}

/** What is read at once is parsed once: the result is kept for whoever reads the fields. @throws McError as `work` */
async function isJson(file: FoundFile, reader: Reader | undefined): Promise<boolean> {
  if (file.size <= LARGE) {
    file.json = parseTolerantJson(file.bytes);
    return file.json.ok;
  }
  const said = await workFor(reader, 'isJson', { bytes: file.size, given: [file.bytes] }, file.bytes);
  file.bytes = said.bytes;
  return said.isJson;
}

async function readMemory({ path, within, found }: Search): Promise<AgentFiles['memory'] | undefined> {
  const warn = warnInto(found.warnings, 'memory');
  const memory = await inDirectory(join(path, 'memory'), within, async ({ entries, cut }, held) => {
    if (cut) warn(null, CUT_OFF);
    const stats = await Promise.all(
      newest(entries, '.md', MEMORY_KEPT).map(async (name) => {
        const own = await lstat(join(held.path, name)).catch(() => null);
        return own?.isFile() ? [{ name, mtimeMs: own.mtimeMs }] : [];
      }),
    );
    return stats.flat();
  });
  if (memory === null || !('refused' in memory)) return memory ?? undefined;
  warn(null, memory.refused);
  return undefined;
}

async function readTaskCards({ root, path, within, found }: Search): Promise<AgentFiles['tasks']> {
  const warn = warnInto(found.warnings, 'tasks');
  const names = await inDirectory(join(path, 'tasks'), within, async ({ entries, cut }) => {
    const kept = newest(entries, '.json', TASKS_KEPT);
    const all = entries.filter(({ name }) => isKind(name, '.json')).length;
    if (cut) warn(null, CUT_OFF);
    else if (all > kept.length) warn(null, `${all} task files: the last ${kept.length} by name are read`);
    return kept;
  });
  if (names === null) return [];
  if ('refused' in names) {
    warn(null, names.refused);
    return [];
  }
  const cards: AgentFiles['tasks'] = [];
  // One after the other: many agents are read at one time, and each open file counts against the process's limit.
  for (const name of names) {
    const file = await readBytes(root, join(path, 'tasks', name), LIMITS.text, within);
    if (file !== null) cards.push({ name, file });
  }
  return cards;
}

function newest(entries: readonly Dirent[], ending: string, kept: number): string[] {
  const names = entries.map(({ name }) => name).filter((name) => isKind(name, ending));
  return names.sort().slice(-kept);
}

function isKind(name: string, ending: string): boolean {
  return name.endsWith(ending) && !name.startsWith('.');
}
