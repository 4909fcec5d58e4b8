import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { TASK_FILES, type TaskFile } from '../protocol/index.js';

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
}

/** The layout of the workspace at `root`. */
export function workspaceLayout(root: string): WorkspaceLayout {
  const base = resolve(root);
  const missionControl = join(base, 'mission-control');
  const backend = join(missionControl, 'backend');
  return {
    root: base,
    missionControl,
    agents: join(missionControl, 'agents'),
    office: join(missionControl, 'current_office_state.json'),
    taskFiles: Object.fromEntries(TASK_FILES.map((file) => [file, join(base, file)])) as Record<TaskFile, string>,
    config: join(missionControl, 'mc.config.json'),
    backups: join(missionControl, 'backups'),
    backend,
    data: join(backend, 'data'),
    database: join(backend, 'data', 'metrics.db'),
    pids: join(backend, 'pids'),
    logs: join(backend, 'logs'),
    serverLock: join(backend, 'pids', 'server.lock'),
  };
}

/** The workspace used when none is named. */
export function defaultWorkspace(home: string = homedir()): string {
  return join(home, '.openclaw', 'workspace');
}

/** The user's own directory for configuration and tokens, honouring XDG_CONFIG_HOME. */
export function userConfigDirectory(env: NodeJS.ProcessEnv = process.env, home: string = homedir()): string {
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'mission-control');
}
