import { join } from 'node:path';
import JSON5 from 'json5';
import { readRegularSync, wasRead } from '../../base/index.js';
import { fieldOf, listFrom } from '../../protocol/index.js';
import { objectOf, textOf } from '../values.js';
import { pathOf } from './values.js';

/** An agent as the config names it. */
export interface ConfiguredAgent {
  id: string;
  name: string | null;
  /** Absolute; null: where agents lie. */
  agentDir: string | null;
  isDefault: boolean;
}

/** What the config says that is of use here. Nothing else of it is kept. */
export interface OpenclawConfig {
  /** Absolute, where it is or would be. */
  path: string;
  agents: ConfiguredAgent[];
  /** Where sessions lie when the config says so: absolute, with `{agentId}` for the agent. */
  sessions: string | null;
  /** Why it could not be read; null: it was, or there is none. */
  problem: string | null;
}

const NAMES = ['openclaw.json', 'clawdbot.json', 'moltbot.json'];
const CONFIG_BYTES = 4 * 1024 * 1024;
const MOST_AGENTS = 1000;
/** Ids become parts of paths and of ids on the wire. */
const AGENT_ID = /^[a-z0-9][a-z0-9_-]{0,63}$/i;

/** Whether a text is the id of an agent. */
export function isAgentName(text: string): boolean {
  return AGENT_ID.test(text);
}

/** Reads the config of a state directory. @param home for paths that begin with `~` */
export function readConfig(root: string, home: string): OpenclawConfig {
  for (const name of NAMES) {
    const path = join(root, name);
    const file = readRegularSync(path, { limit: CONFIG_BYTES });
    if (file === null) continue;
    if (!wasRead(file)) return { path, agents: [], sessions: null, problem: file.reason };
    try {
      return { path, ...whatItSays(JSON5.parse(file.bytes.toString('utf8')), home), problem: null };
    } catch {
      return { path, agents: [], sessions: null, problem: 'is not JSON5' };
    }
  }
  return { path: join(root, 'openclaw.json'), agents: [], sessions: null, problem: null };
}

function whatItSays(config: unknown, home: string): Pick<OpenclawConfig, 'agents' | 'sessions'> {
  const agents = fieldOf(config, 'agents');
  const entries = Object.entries(objectOf(fieldOf(agents, 'entries')) ?? {});
  const listed = listFrom(fieldOf(agents, 'list')).map((entry) => [textOf(fieldOf(entry, 'id')) ?? '', entry] as const);
  const all = [...entries, ...listed].filter(([id]) => isAgentName(id)).slice(0, MOST_AGENTS);
  return {
    agents: all.map(([id, entry]) => ({
      id: id.toLowerCase(),
      name: textOf(fieldOf(entry, 'name')),
      agentDir: absolute(textOf(fieldOf(entry, 'agentDir'), 4096), home),
      isDefault: fieldOf(entry, 'default') === true,
    })),
    sessions: absolute(textOf(pathOf(config, 'session', 'store'), 4096), home),
  };
}

function absolute(path: string | null, home: string): string | null {
  if (path === null || path.includes('\0')) return null;
  const whole = path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
  return whole.startsWith('/') || /^[a-z]:[\\/]/i.test(whole) ? whole : null;
}
