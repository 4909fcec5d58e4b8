import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { LAYOUT, TASK_FILES, type TaskFile } from '../protocol/index.js';
import { McError } from './errors.js';

/** Where things lie in a workspace. Absolute paths. */
export interface WorkspaceLayout {
  root: string;
  missionControl: string;
  agents: string;
  office: string;
  taskFiles: Record<TaskFile, string>;
  /** The workspace's own config file. Agents can write it. */
  config: string;
  backups: string;
  /** Run files of the server. */
  backend: string;
  data: string;
  database: string;
  pids: string;
  logs: string;
  serverLock: string;
  /** What the server says of itself every five minutes, for scripts that read files. */
  statusReport: string;
}

/** The layout of the workspace at `root`. */
export function workspaceLayout(root: string): WorkspaceLayout {
  const base = resolve(root);
  const missionControl = join(base, LAYOUT.missionControl);
  const backend = join(missionControl, 'backend');
  return {
    root: base,
    missionControl,
    agents: join(base, LAYOUT.agents),
    office: join(base, LAYOUT.office),
    taskFiles: Object.fromEntries(TASK_FILES.map((file) => [file, join(base, file)])) as Record<TaskFile, string>,
    config: join(missionControl, 'mc.config.json'),
    backups: join(missionControl, 'backups'),
    backend,
    data: join(backend, 'data'),
    database: join(backend, 'data', 'metrics.db'),
    pids: join(backend, 'pids'),
    logs: join(backend, 'logs'),
    serverLock: join(backend, 'pids', 'server.lock'),
    statusReport: join(backend, 'status.json'),
  };
}

/** The workspace used when none is named. @throws McError `config.invalid` as `homeDirectory` */
export function defaultWorkspace(home: string = homeDirectory()): string {
  return join(home, '.openclaw', 'workspace');
}

/**
 * The user's own directory for configuration and tokens, honouring XDG_CONFIG_HOME.
 * @throws McError `config.invalid` where that or HOME is not absolute: the files would land wherever `mc` is started
 */
export function userConfigDirectory(env: NodeJS.ProcessEnv = process.env, home?: string): string {
  const { XDG_CONFIG_HOME: named = '' } = env;
  if (named !== '' && !isAbsolute(named)) throw notAbsolute('XDG_CONFIG_HOME', named);
  return join(named || join(home ?? homeDirectory(), '.config'), 'mission-control');
}

/**
 * The user's own directory for what programs keep by themselves (records of servers, logs), honouring an absolute
 * XDG_STATE_HOME. Nothing that agents write can lead there.
 * @throws McError `config.invalid` as `homeDirectory`
 */
export function stateDirectory(env: NodeJS.ProcessEnv = process.env, home?: string): string {
  const { XDG_STATE_HOME: named } = env;
  const state = named && isAbsolute(named) ? named : join(home ?? homeDirectory(), '.local', 'state');
  return join(state, 'mission-control');
}

/**
 * The user's own directory for data that programs gather and nobody else has (the ledger of usage), honouring an absolute
 * XDG_DATA_HOME.
 * @throws McError `config.invalid` as `homeDirectory`
 */
export function dataDirectory(env: NodeJS.ProcessEnv = process.env, home?: string): string {
  const { XDG_DATA_HOME: named } = env;
  const data = named && isAbsolute(named) ? named : join(home ?? homeDirectory(), '.local', 'share');
  return join(data, 'mission-control');
}

/** The user's home. @throws McError `config.invalid` when neither environment nor system names one that is absolute */
export function homeDirectory(): string {
  const home = systemHome();
  if (!isAbsolute(home)) throw notAbsolute('HOME', home);
  return home;
}

/** Empty where the system knows none: an account without an entry of its own, in a container, say. */
function systemHome(): string {
  try {
    return homedir();
  } catch {
    return '';
  }
}

function notAbsolute(variable: string, value: string): McError {
  const what = value === '' ? 'is empty' : `is ${JSON.stringify(value)}, which is not an absolute path`;
  return new McError('config.invalid', `the environment variable ${variable} ${what}`, {
    hint: `set it to an absolute path, or unset it: unset ${variable}`,
  });
}
