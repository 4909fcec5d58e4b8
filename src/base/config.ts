import { join, resolve } from 'node:path';
import { RUNTIME_NAMES } from '../protocol/index.js';
import { McError, toMcError } from './errors.js';
import { defaultWorkspace, homeDirectory, userConfigDirectory, workspaceLayout } from './layout.js';
import { readRegular, wasRead } from './open-file.js';
import { rootsOf } from './roots.js';
import { acceptedBy, readSetting } from './setting-values.js';
import {
  envOf,
  flagOf,
  SETTING_KEYS,
  type SettingKey,
  type Settings,
  type SettingValue,
  settingOf,
} from './settings.js';
import { suggest } from './suggest.js';

/** Where a value came from: `flag`, `env`, a config file's path, or `default`. */
export interface Origin {
  kind: 'flag' | 'env' | 'workspace file' | 'user file' | 'default';
  /** The flag, the variable or the file. */
  name: string | null;
}

export interface Config {
  values: Settings;
  origins: Record<SettingKey, Origin>;
  /** The workspace: what was named, else the default. Absolute. */
  workspace: string;
  /** What of environment and files could not be taken. Nothing of such a file is in force. */
  faults: readonly ConfigFault[];
}

/** A place of the configuration that cannot be taken as it is. */
export interface ConfigFault {
  kind: 'env' | 'workspace file' | 'user file';
  /** `config.invalid`, naming where, which key, what was found and what is accepted. */
  error: McError;
}

/** A config file is read by every command, and agents can write one of the two. */
const MAX_BYTES = 1024 * 1024;
const REMEDY = 'mend the file or remove it';

export interface ConfigSources {
  /** Values of flags that were given, under their setting's key. */
  flags: Partial<Record<SettingKey, unknown>>;
  env: NodeJS.ProcessEnv;
  home?: string;
}

/** The two config files: the user's own, and the workspace's (which agents can write). */
export function configPaths(
  workspace: string,
  env: NodeJS.ProcessEnv,
  home?: string,
): { user: string; workspace: string } {
  return {
    user: join(userConfigDirectory(env, home), 'config.json'),
    workspace: workspaceLayout(workspace).config,
  };
}

/**
 * `settleConfig` for those who need all of it.
 * @throws McError `config.invalid` or `usage` naming where, which key, what was found and what is accepted
 */
export async function loadConfig(sources: ConfigSources): Promise<Config> {
  const config = await settleConfig(sources);
  if (config.faults[0]) throw config.faults[0].error;
  return config;
}

/**
 * Settles every setting: flags > environment > the workspace's file > the user's file > defaults. What is wrong in the
 * environment or in a file is a fault of the answer: one broken file must not keep a command from working that does not
 * need it.
 * @throws McError `usage` for a flag, naming what was found and what is accepted
 */
export async function settleConfig(sources: ConfigSources): Promise<Config> {
  const faults: ConfigFault[] = [];
  const read = async (kind: ConfigFault['kind'], layer: () => Layer | Promise<Layer>): Promise<Layer> => {
    try {
      return await layer();
    } catch (error) {
      faults.push({ kind, error: toMcError(error) });
      return {};
    }
  };
  const fromFlags = readFlags(sources.flags);
  const fromEnv = await read('env', () => readEnv(sources.env));
  const userPath = join(userConfigDirectory(sources.env, sources.home), 'config.json');
  const fromUser = await read('user file', () => readConfigFile(userPath, null));
  const named = fromFlags.workspace ?? fromEnv.workspace ?? fromUser.workspace;
  const workspace = resolve(
    typeof named === 'string' ? expandHome(named, sources.home) : defaultWorkspace(sources.home),
  );
  const layout = workspaceLayout(workspace);
  const workspacePath = layout.config;
  const fromWorkspace = await read('workspace file', async () => readConfigFile(workspacePath, await rootsOf(layout)));
  const layers = [
    { values: fromFlags, origin: (key: SettingKey): Origin => ({ kind: 'flag', name: `--${flagOf(key)}` }) },
    { values: fromEnv, origin: (key: SettingKey): Origin => ({ kind: 'env', name: envOf(key) }) },
    { values: fromWorkspace, origin: (): Origin => ({ kind: 'workspace file', name: workspacePath }) },
    { values: fromUser, origin: (): Origin => ({ kind: 'user file', name: userPath }) },
  ];
  const values: Record<string, unknown> = {};
  const origins = {} as Record<SettingKey, Origin>;
  for (const key of SETTING_KEYS) {
    const layer = layers.find((candidate) => candidate.values[key] !== undefined);
    values[key] = layer ? layer.values[key] : settingOf(key).default;
    origins[key] = layer ? layer.origin(key) : { kind: 'default', name: null };
  }
  values.workspace = workspace;
  return { values: values as unknown as Settings, origins, workspace, faults };
}

type Layer = Partial<Record<SettingKey, SettingValue>>;

function readFlags(flags: ConfigSources['flags']): Layer {
  const layer: Layer = {};
  for (const [key, raw] of Object.entries(flags) as [SettingKey, unknown][]) {
    if (raw === undefined) continue;
    const value = readSetting(key, raw);
    if (value === undefined) {
      throw new McError('usage', `--${flagOf(key)}: ${show(key, raw)} is not ${acceptedBy(key)}`, {
        hint: 'see --help for the flags and what they take',
      });
    }
    layer[key] = value;
  }
  return layer;
}

function readEnv(env: NodeJS.ProcessEnv): Layer {
  const layer: Layer = {};
  for (const key of SETTING_KEYS) {
    const raw = env[envOf(key)];
    if (raw === undefined || raw === '') continue;
    const value = readSetting(key, raw);
    if (value === undefined) throw invalid(`the environment variable ${envOf(key)}`, key, raw);
    layer[key] = value;
  }
  return layer;
}

/** `within`: the workspace's real paths, for its own file, which agents can write and exchange; null for the user's. */
async function readConfigFile(path: string, within: readonly string[] | null): Promise<Layer> {
  const content = await readObject(path, within);
  const layer: Layer = {};
  for (const [key, raw] of Object.entries(content)) {
    if (key === 'runtimes' && within === null && isRecord(raw)) {
      layer.runtimeRoots = rootsOfRuntimes(path, raw);
      continue;
    }
    if (!isKey(key)) throw unknownKey(path, key);
    if (within !== null && settingOf(key).door) throw openedDoor(path, key);
    const value = readSetting(key, raw);
    if (value === undefined) throw invalid(path, key, raw);
    layer[key] = value;
  }
  return layer;
}

/** `{"codex": {"roots": ["~/other/.codex"]}}`, as the setting `runtimeRoots` holds it. */
function rootsOfRuntimes(path: string, runtimes: Record<string, unknown>): string[] {
  return Object.entries(runtimes).flatMap(([name, of]) => {
    const place = `runtimes.${name}`;
    if (!(RUNTIME_NAMES as readonly string[]).includes(name))
      throw notOfRuntimes(path, place, RUNTIME_NAMES.join(', '));
    if (!isRecord(of) || Object.keys(of).some((key) => key !== 'roots')) {
      throw notOfRuntimes(path, place, '{"roots": [a directory, …]}');
    }
    const { roots = [] } = of;
    if (!Array.isArray(roots) || !roots.every((root) => typeof root === 'string' && root !== '')) {
      throw notOfRuntimes(path, `${place}.roots`, 'a list of directories');
    }
    return roots.map((root) => `${name}=${String(root)}`);
  });
}

function notOfRuntimes(path: string, place: string, accepted: string): McError {
  return new McError('config.invalid', `${path}: "${place}" is not ${accepted}`, {
    hint: 'write it as {"runtimes": {"codex": {"roots": ["~/other/.codex"]}}}',
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function readObject(path: string, within: readonly string[] | null): Promise<Record<string, unknown>> {
  const file = await readRegular(path, { limit: MAX_BYTES, within: within ?? undefined });
  if (file === null) return {};
  if (!wasRead(file)) {
    throw new McError('config.invalid', `${path} cannot be read: ${file.reason}`, { hint: REMEDY });
  }
  try {
    const value: unknown = JSON.parse(file.bytes.toString('utf8').replace(/^\uFEFF/, ''));
    if (isRecord(value)) return value;
  } catch {
    // What the parser says quotes the file, and that may be where a token stands.
    throw new McError('config.invalid', `${path} is not JSON`, {
      hint: `mend the file (jq . ${path} shows where) or remove it`,
    });
  }
  throw new McError('config.invalid', `${path} holds no JSON object`, { hint: 'write it as {"port": 8080}' });
}

function isKey(key: string): key is SettingKey {
  return (SETTING_KEYS as string[]).includes(key);
}

function unknownKey(path: string, key: string): McError {
  const meant = suggest(key, SETTING_KEYS);
  return new McError('config.invalid', `${path}: unknown key "${key}"`, {
    hint: `${meant.length > 0 ? `did you mean ${meant.map((word) => `"${word}"`).join(', ')}? ` : ''}Accepted: ${SETTING_KEYS.join(', ')}`,
  });
}

function openedDoor(path: string, key: SettingKey): McError {
  return new McError('config.invalid', `${path}: "${key}" is not taken from a workspace, which agents can write`, {
    hint: `set it with --${flagOf(key)}, ${envOf(key)}, or in your own config file (mc config path)`,
  });
}

function invalid(where: string, key: SettingKey, raw: unknown): McError {
  return new McError('config.invalid', `${where}: "${key}" is ${show(key, raw)}, accepted is ${acceptedBy(key)}`, {
    hint: 'mc config show --origin shows where each value comes from',
  });
}

function show(key: SettingKey, raw: unknown): string {
  if (settingOf(key).secret) return 'not shown';
  return JSON.stringify(raw)?.slice(0, 80) ?? String(raw);
}

function expandHome(path: string, home?: string): string {
  return path === '~' || path.startsWith('~/') ? join(home ?? homeDirectory(), path.slice(1)) : path;
}
