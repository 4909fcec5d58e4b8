import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type Config,
  findServerRecord,
  isAlive,
  makeDirectory,
  makeOwnDirectory,
  McError,
  readRegular,
  serversDirectory,
  wasRead,
  writeFileAtomic,
} from '../../base/index.js';
import { backgroundPlace } from '../background/place.js';
import { findRunning } from '../background/record.js';
import { answersReady } from '../background/ready.js';
import { until } from '../background/until.js';
import { mustHaveWorkspace } from '../reach/find.js';
import { type Manager, managerFor, type ServiceState } from './manager.js';
import { planService, type ServicePlan } from './plan.js';
import { plistText } from './plist.js';
import { MARK, unitText } from './unit.js';

/** What `mc service install` and `uninstall` print. */
export interface ServiceChange {
  manager: string;
  name: string;
  file: string;
  workspace: string;
  /** True: something was changed, or would be. */
  changed: boolean;
  dry_run: boolean;
  /** What the file holds; only with `dry_run`. */
  text?: string;
}

/** What `mc service status` prints. */
export interface ServiceStatus extends ServiceState {
  manager: string;
  name: string;
  file: string;
  workspace: string;
  installed: boolean;
  log: string;
}

/** No unit of ours is larger. */
const LIMIT = 1024 * 1024;

function serviceText(plan: ServicePlan): string {
  return plan.manager === 'systemd' ? unitText(plan) : plistText(plan);
}

/**
 * Installs the service, or brings the one that is there up to date, and waits until its server answers.
 * @throws McError `busy` when a server runs that is not this service; `file.refused` for a file that mc did not write; `io` when
 *   the manager cannot be reached or refuses
 */
export async function installService(config: Config, { dryRun }: { dryRun: boolean }): Promise<ServiceChange> {
  await mustHaveWorkspace(config, { evenDefault: true });
  const plan = await planService(config);
  const text = serviceText(plan);
  const before = await ownFile(plan);
  const changed = before !== text;
  const change = changeOf(plan, changed, dryRun);
  if (dryRun) return { ...change, text };
  const manager = managerFor(plan.manager);
  await manager.reach();
  await mustBeFree(config, plan, manager);
  await makeOwnDirectory(dirname(plan.log));
  await makeDirectory(dirname(plan.file));
  if (changed) await writeFileAtomic(plan.file, text, { mode: 0o644 });
  await manager.begin(plan, changed);
  return change;
}

/**
 * Ends the service and removes what was installed; nothing else.
 * @throws McError as `installService`
 */
export async function uninstallService(config: Config, { dryRun }: { dryRun: boolean }): Promise<ServiceChange> {
  const plan = await planService(withoutToken(config));
  const installed = (await ownFile(plan)) !== null;
  if (!installed || dryRun) return changeOf(plan, installed, dryRun);
  const manager = managerFor(plan.manager);
  await manager.reach();
  await manager.end(plan);
  await rm(plan.file, { force: true });
  await manager.forget();
  return changeOf(plan, true, false);
}

/** Whether the service is installed and runs. Nothing but the file is asked where it is not. */
export async function serviceStatus(config: Config): Promise<ServiceStatus> {
  const plan = await planService(withoutToken(config));
  const { manager, name, file, workspace, log } = plan;
  const installed = (await ownFile(plan)) !== null;
  const state: ServiceState = installed
    ? await managerFor(manager).state(plan)
    : { enabled: false, state: 'inactive', pid: null };
  return { manager, name, file, workspace, installed, ...state, log };
}

/**
 * Waits until the server of the workspace answers, for a service manager; `pid`: the process that is to become it.
 * @throws McError `io` when that process has ended or the limit has passed
 */
export async function awaitService(
  config: Config,
  { pid, waitMs }: { pid: number | null; waitMs: number },
): Promise<void> {
  const { workspace } = await backgroundPlace(config);
  const ready = await until(
    async () => {
      if (pid !== null && !exists(pid))
        throw new McError('io', `the server (process ${pid}) has ended`, { hint: 'mc logs says why' });
      const record = await findServerRecord(serversDirectory(), workspace);
      if (record === null || (pid !== null && record.holder.pid !== pid)) return null;
      return (await answersReady(record, config)) ? true : null;
    },
    { limitMs: waitMs },
  );
  if (ready === null)
    throw new McError('io', 'the server is not ready in time', { hint: 'mc logs shows what it does' });
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Only an installation has to know which token there is. */
function withoutToken(config: Config): Config {
  return { ...config, values: { ...config.values, token: null, demo: false } };
}

function changeOf({ manager, name, file, workspace }: ServicePlan, changed: boolean, dryRun: boolean): ServiceChange {
  return { manager, name, file, workspace, changed, dry_run: dryRun };
}

/** What the service's file says; null: there is none. @throws McError `file.refused` for one that mc did not write */
async function ownFile({ file }: ServicePlan): Promise<string | null> {
  const found = await readRegular(file, { limit: LIMIT });
  if (found === null) return null;
  const text = wasRead(found) ? found.bytes.toString('utf8') : '';
  if (text.includes(MARK)) return text;
  throw new McError('file.refused', `${file} was not written by mc service install, and is left as it is`, {
    hint: 'move it away when it is not needed',
  });
}

/** Two servers of one workspace cannot be: the service's would fail, again and again. */
async function mustBeFree(config: Config, plan: ServicePlan, manager: Manager): Promise<void> {
  const running = await findRunning(await backgroundPlace(config));
  if (running === null || !(await isAlive(running.holder))) return;
  if ((await manager.state(plan)).pid === running.holder.pid) return;
  throw new McError(
    'busy',
    `a server of this workspace runs already (process ${running.holder.pid}), and not as this service`,
    {
      hint: 'end it first: mc stop',
    },
  );
}
