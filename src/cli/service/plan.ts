import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  type Config,
  homeDirectory,
  McError,
  packageRoot,
  userConfigDirectory,
  workspaceKey,
} from '../../base/index.js';
import { backgroundPlace, slugOf } from '../background/place.js';
import { givenSettings } from '../background/settings.js';

export type ManagerName = 'systemd' | 'launchd';

/** What a service manager is to run. */
export interface ServicePlan {
  manager: ManagerName;
  /** The unit's or the agent's name; every workspace has its own. */
  name: string;
  /** The file that is written for it. */
  file: string;
  workspace: string;
  /** Program and arguments of the server. */
  command: string[];
  /** Program and arguments of what waits until it answers. */
  ready: string[];
  environment: Record<string, string>;
  /** Where the server logs. */
  log: string;
}

/** Directories of the user's that a service manager may not know. */
const KEPT = ['XDG_CONFIG_HOME', 'XDG_STATE_HOME'] as const;

/**
 * The service of the workspace that the configuration means, with the settings that were given by flag or environment.
 * @throws McError `usage` for a token, which never stands in such a file, and for a demo; `config.invalid` without a home
 */
export async function planService(
  config: Config,
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): Promise<ServicePlan> {
  const manager = managerOf(platform);
  refuseToken(config);
  if (config.values.demo) {
    throw new McError('usage', 'a demo is not a service: its workspace goes when it ends', {
      hint: 'run mc serve --demo',
    });
  }
  const place = await backgroundPlace(config);
  const named = `mission-control-${slugOf(place.workspace)}-${workspaceKey(place.workspace, hostname()).slice(0, 8)}`;
  const mc = [process.execPath, join(packageRoot(), 'bin', 'run.js')];
  const settings = givenSettings(config, ['flag', 'env']);
  const log = settings.MC_LOG_FILE ?? config.values.logFile ?? place.log;
  const kept = KEPT.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
  return {
    manager,
    name: manager === 'systemd' ? `${named}.service` : named,
    file:
      manager === 'systemd' ? join(unitDirectory(env), `${named}.service`) : join(agentDirectory(), `${named}.plist`),
    workspace: place.workspace,
    command: [...mc, 'serve', '--workspace', place.workspace],
    ready: [...mc, 'service', 'ready', '--workspace', place.workspace],
    environment: { ...Object.fromEntries(kept), MC_LOG_FILE: log, ...settings },
    log,
  };
}

function managerOf(platform: NodeJS.Platform): ManagerName {
  if (platform === 'linux') return 'systemd';
  if (platform === 'darwin') return 'launchd';
  throw new McError('usage', `there is no service manager that mc knows on ${platform}`, {
    hint: 'start the server with mc start, from whatever starts programs there',
  });
}

/** Beside mc's own directory of configuration. */
function unitDirectory(env: NodeJS.ProcessEnv): string {
  return join(userConfigDirectory(env), '..', 'systemd', 'user');
}

function agentDirectory(): string {
  return join(homeDirectory(), 'Library', 'LaunchAgents');
}

/** Such files are read by more than their owner, and are copied into logs. */
function refuseToken({ origins, values }: Config): void {
  const { kind, name } = origins.token;
  if (values.token === null || (kind !== 'flag' && kind !== 'env')) return;
  if (origins.token === origins.tokenFile) return;
  throw new McError('usage', `a token is never written into a service, and ${name} gives one`, {
    hint: 'write it into a file of mode 0600 and give --token-file FILE, or use mc token create and --require-token',
  });
}
