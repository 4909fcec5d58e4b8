import { readdir } from 'node:fs/promises';
import { type Config, workspaceLayout } from '../../base/index.js';
import { isAgentId, listMetrics, type Task } from '../../protocol/index.js';
import { reachServer } from '../reach/reach.js';
import type { Live } from './candidates.js';

/** Whoever presses Tab waits: what is not known by then is not offered. */
const ANSWER_MS = 800;
/** More than a terminal shows. */
const MOST = 2000;

/** Ids as they are now: of the server, and where there is none of the workspace's own directories. Empty when neither says. */
export async function liveWords(
  config: Config,
  live: Live,
  backups: (config: Config) => Promise<string[]>,
): Promise<string[]> {
  if (live === 'metrics') return [...listMetrics('agent'), ...listMetrics('system')].map(({ name }) => name);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string[]>((resolve) => {
    timer = setTimeout(() => resolve([]), 2 * ANSWER_MS);
  });
  const found = LOOKS[live](config, backups).catch(() => []);
  return Promise.race([found, late]).finally(() => clearTimeout(timer));
}

const LOOKS: Record<
  Exclude<Live, 'metrics'>,
  (config: Config, backups: (c: Config) => Promise<string[]>) => Promise<string[]>
> = {
  agents: (config) =>
    server(config).then(
      async (rest) => (await rest.agents()).agents.map(({ id }) => id),
      () => agentDirectories(config),
    ),
  tasks: async (config) => (await (await server(config)).tasks()).tasks.map(taskWord),
  backups: (config, backups) =>
    server(config).then(
      async (rest) => (await rest.backups()).backups.map(({ id }) => id),
      () => backups(config),
    ),
};

async function server(config: Config) {
  return (await reachServer(config, { timeoutMs: ANSWER_MS })).rest;
}

async function agentDirectories(config: Config): Promise<string[]> {
  return (await readdir(workspaceLayout(config.workspace).agents)).filter(isAgentId).slice(0, MOST);
}

/** What `mc tasks done` takes. */
function taskWord({ id, key }: Task): string {
  return id ?? key.slice(key.indexOf('#') + 1);
}
