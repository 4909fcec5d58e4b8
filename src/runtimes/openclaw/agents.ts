import { readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf, reasonOf } from '../../base/index.js';
import { isAgentName, type OpenclawConfig } from './config.js';

/** One agent and where its records lie. Real paths, each once. */
export interface AgentPlace {
  id: string;
  name: string | null;
  databases: string[];
  /** Directories of transcripts. */
  sessions: string[];
  /** Directories with what a migration took in. */
  imports: string[];
  /** Directories of Codex rollouts. */
  rollouts: string[];
}

/** A database that the global store names. */
export interface NamedDatabase {
  agentId: string;
  path: string;
}

const DATABASE = 'openclaw-agent.sqlite';
const IMPORTS = 'session-sqlite-import-archive';
const MOST_ACCOUNTS = 100;

/**
 * Agents by their folders, by the config and by the databases that the global store names: whoever is in one of them is one.
 * @param warn hears of directories that cannot be read: their absolute path, and why
 */
export function findAgents(
  root: string,
  config: OpenclawConfig,
  named: readonly NamedDatabase[],
  warn: (path: string, reason: string) => void,
): AgentPlace[] {
  const ids = new Set([
    ...namesIn(join(root, 'agents'), warn).filter(isAgentName),
    ...config.agents.map(({ id }) => id),
    ...named.map(({ agentId }) => agentId).filter(isAgentName),
  ]);
  return [...ids].toSorted().map((id) => {
    const configured = config.agents.filter((agent) => agent.id === id);
    const databases = named.filter(({ agentId }) => agentId === id).map(({ path }) => path);
    const store = config.sessions === null ? null : dirname(config.sessions.replaceAll('{agentId}', id));
    const called = configured.find(({ name }) => name !== null)?.name ?? null;
    const elsewhere = [
      ...configured.flatMap(({ agentDir }) => agentDir ?? []),
      ...databases.map((path) => dirname(path)),
    ];
    return { id, name: called, ...placesOf(join(root, 'agents', id), { elsewhere, databases, store }, warn) };
  });
}

/**
 * @param own the folder of an agent in the state directory
 * @param said where else its records lie by the config and the global store, which may be reached by links: they are the person's
 */
function placesOf(
  own: string,
  said: { elsewhere: string[]; databases: string[]; store: string | null },
  warn: (path: string, reason: string) => void,
): Omit<AgentPlace, 'id' | 'name'> {
  const homes = [
    ...new Set([...plain([join(own, 'agent')]), ...said.elsewhere.flatMap((path) => realDirectory(path) ?? [])]),
  ];
  const store = said.store === null ? null : realDirectory(said.store);
  const sessions = plain([join(own, 'sessions'), ...homes.map((home) => join(home, 'sessions'))]);
  if (store !== null && !sessions.includes(store)) sessions.push(store);
  const codexHomes = homes.flatMap((home) => [join(home, 'codex-home'), ...accountsOf(home, warn)]);
  return {
    databases: [...new Set([...homes.map((home) => join(home, DATABASE)), ...said.databases.filter(isDatabase)])],
    sessions,
    imports: plain([join(own, IMPORTS), ...sessions.map((directory) => join(directory, IMPORTS))]),
    rollouts: plain(codexHomes.flatMap((home) => [join(home, 'sessions'), join(home, 'archived_sessions')])),
  };
}

/** Codex homes of the accounts that an agent has for command lines. */
function accountsOf(home: string, warn: (path: string, reason: string) => void): string[] {
  const accounts = join(home, 'cli-auth', 'codex');
  return namesIn(accounts, warn)
    .slice(0, MOST_ACCOUNTS)
    .map((name) => join(accounts, name));
}

/** Databases of conversations that are to leave no trace are not read, wherever they are named. */
function isDatabase(path: string): boolean {
  return path.endsWith('.sqlite') && !path.endsWith(`incognito-${DATABASE}`);
}

/** Those that are there, each once, and not by way of links: below a directory of records none is followed. */
function plain(paths: string[]): string[] {
  return [...new Set(paths.filter((path) => realDirectory(path) === path))];
}

function realDirectory(path: string): string | null {
  try {
    const real = realpathSync(path);
    return statSync(real).isDirectory() ? real : null;
  } catch {
    return null;
  }
}

function namesIn(path: string, warn: (path: string, reason: string) => void): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    const code = errnoOf(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') warn(path, reasonOf(error));
    return [];
  }
}
