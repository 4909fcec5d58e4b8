import { readdir, stat } from 'node:fs/promises';
import {
  type Config,
  errnoOf,
  toMcError,
  userConfigDirectory,
  type WorkspaceLayout,
  workspaceLayout,
} from '../../base/index.js';
import { backupsAhead, isoOf, lastBackupAt } from '../../protocol/index.js';
import { archivesFinding } from './archives.js';
import { type Finding, failed, type Looked, skipped, passed } from './finding.js';
import { locksFinding, pidFilesFinding, restoreFinding } from './leftovers.js';
import { logFinding } from './log.js';
import { portFinding } from './ports.js';
import type { DoctorProbes } from './probes.js';
import { runtimesFinding } from './runtimes.js';
import { secretsFinding } from './secrets.js';
import { quote } from '../quote.js';

/** Less than this is too little for a backup and a day of metrics. */
const LEAST_FREE = 256 * 1024 ** 2;
const MIB = 1024 ** 2;
/** SQLite reads all of a database that it checks, and cannot be interrupted: more than this takes too long. */
const LARGEST_CHECKED = 1024 * MIB;
/** Other programs watch as well: editors take thousands. */
const WATCH_SHARE = 0.5;
/** A file can be this far ahead of the clock before it is the clock that is wrong. */
const AHEAD_MS = 60_000;

/** What hangs (a file system whose server is gone) is a finding itself, after so many milliseconds. */
const LONGEST_MS = 10_000;

/** `taken`: ports that are this workspace's own server's. */
export async function localFindings(
  config: Config,
  probes: DoctorProbes,
  taken: ReadonlySet<number>,
): Promise<Looked[]> {
  const layout = workspaceLayout(config.workspace);
  const workspace = await bounded('workspace', () => workspaceFinding(layout));
  const { host, port, wsPort, tokenFile, alertsFile } = config.values;
  const free = (name: string, number: number, flag: string) =>
    bounded(name, () => portFinding({ name, host, port: number, flag, taken }));
  return [
    ...[nodeFinding(probes), configFinding(config)].map(alone),
    workspace,
    ...(workspace.finding.ok ? await within(layout, probes) : []),
    await free('port', port, '--port'),
    await free('ws_port', wsPort, '--ws-port'),
    await bounded('log', () => logFinding(config)),
    await bounded('tokens', () => tokensFinding(probes)),
    await bounded('secrets', () => secretsFinding(secretFiles(probes, [tokenFile, alertsFile]))),
    await bounded('runtimes', () => runtimesFinding(probes.env, probes.home)),
  ];
}

/** Files of this user's that hold secrets, whether they are there or not. */
function secretFiles({ env, home }: DoctorProbes, named: readonly (string | null)[]): string[] {
  const own = userConfigDirectory(env, home ?? undefined);
  const files = ['tokens.json', 'alerts.json', 'config.json'].map((name) => `${own}/${name}`);
  return [...files, ...named.filter((file) => file !== null)];
}

function alone(finding: Finding): Looked {
  return { finding, mends: [] };
}

/** Never rejects, and never waits for longer than that. */
async function bounded(name: string, look: () => Promise<Finding | Looked>): Promise<Looked> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    const message = `no answer of the file system within ${LONGEST_MS / 1000} s`;
    timer = setTimeout(() => resolve(failed(name, message, 'df -h, then mount again what hangs')), LONGEST_MS);
  });
  try {
    const seen = await Promise.race([look(), late]);
    return 'finding' in seen ? seen : alone(seen);
  } catch (error) {
    const { message, hint } = toMcError(error);
    return alone(failed(name, message, hint ?? 'mc doctor --debug'));
  } finally {
    clearTimeout(timer);
  }
}

function nodeFinding({ nodeFault: fault }: DoctorProbes): Finding {
  const error = fault();
  if (error === null) return passed('node', `${process.version} runs it`);
  return failed('node', error.message, error.hint ?? 'use Node.js 20, 22 or 26');
}

function configFinding({ faults }: Config): Finding {
  if (faults.length === 0) return passed('config', 'environment and config files can be taken as they are');
  const fix = faults.map(({ error }) => error.hint ?? 'mend it').join('; ');
  return failed('config', faults.map(({ error }) => error.message).join('; '), fix);
}

function within(layout: WorkspaceLayout, probes: DoctorProbes): Promise<Looked[]> {
  return Promise.all([
    bounded('permissions', () => permissionFinding(layout, probes)),
    bounded('watches', () => watchFinding(layout, probes)),
    bounded('names', () => namesFinding(layout, probes)),
    bounded('disk', () => diskFinding(layout, probes)),
    bounded('database', () => databaseFinding(layout, probes)),
    bounded('clock', () => fileClockFinding(layout, probes)),
    bounded('backups', () => backupsFinding(layout, probes)),
    bounded('archives', async () => archivesFinding(await probes.archives(layout))),
    bounded('restore', () => restoreFinding(layout)),
    bounded('locks', () => locksFinding(layout)),
    bounded('pid_files', () => pidFilesFinding(layout)),
  ]);
}

async function workspaceFinding({ root, missionControl }: WorkspaceLayout): Promise<Finding> {
  const found = await stat(missionControl).catch(() => null);
  if (found?.isDirectory()) return passed('workspace', root);
  return failed('workspace', `there is no directory ${missionControl}`, `mc init ${quote(root)}`);
}

async function permissionFinding(layout: WorkspaceLayout, { access: may }: DoctorProbes): Promise<Finding> {
  const places = [layout.root, layout.missionControl, layout.agents, layout.backend, layout.data, layout.backups];
  const refused: { place: string; error: string }[] = [];
  for (const place of places) {
    const error = await may(place).then(
      () => null,
      (thrown: unknown) => errnoOf(thrown) ?? 'EACCES',
    );
    if (error !== null && error !== 'ENOENT') refused.push({ place, error });
  }
  if (refused.length === 0) return passed('permissions', 'this user can read and write it');
  const readOnly = refused.filter(({ error }) => error === 'EROFS').map(({ place }) => place);
  if (readOnly.length > 0) {
    const fix = `sudo mount -o remount,rw "$(findmnt -no TARGET -T ${quote(readOnly[0] ?? layout.root)})"`;
    return failed('permissions', `mounted read-only: ${readOnly.join(', ')}`, fix);
  }
  const theirs = refused.map(({ place }) => place);
  const fix = `sudo chown -R "$(id -un)" ${theirs.map(quote).join(' ')}`;
  return failed('permissions', `this user cannot read and write ${theirs.join(', ')}`, fix);
}

async function watchFinding({ root }: WorkspaceLayout, { watchLimits, watched }: DoctorProbes): Promise<Finding> {
  const limits = await watchLimits();
  if (!limits) return skipped('watches', 'this system sets no limit');
  const { directories } = await watched(root);
  const message = `${directories} directories to watch, the limit of this user is ${limits.watches}`;
  const needed = Math.ceil(directories / WATCH_SHARE);
  if (needed > limits.watches) {
    const enough = Math.max(524_288, 2 ** Math.ceil(Math.log2(needed)));
    return failed('watches', message, `sudo sysctl fs.inotify.max_user_watches=${enough}`);
  }
  if (limits.instances >= 16) return passed('watches', message);
  return failed(
    'watches',
    `only ${limits.instances} programs of this user can watch at once`,
    'sudo sysctl fs.inotify.max_user_instances=512',
  );
}

/** A file under a name that is nearly right is not read, and nothing else shows it to whoever wrote it. */
async function namesFinding({ root }: WorkspaceLayout, { watched }: DoctorProbes): Promise<Finding> {
  const { mistaken } = await watched(root);
  const [first] = mistaken;
  if (!first) return passed('names', 'all names are as the server reads them');
  const some = mistaken.slice(0, 3).map(({ path, meant }) => `${path} is not read: the name is written ${meant}`);
  const more = mistaken.length > some.length ? `; ${mistaken.length - some.length} more` : '';
  const from = `${root}/${first.path}`;
  const to = `${from.slice(0, from.lastIndexOf('/') + 1)}${first.meant}`;
  return failed('names', `${some.join('; ')}${more}`, `mv -n ${quote(from)} ${quote(to)}`);
}

async function diskFinding({ root }: WorkspaceLayout, { freeBytes }: DoctorProbes): Promise<Finding> {
  const free = await freeBytes(root);
  const message = `${Math.floor(free / 1024 ** 2).toLocaleString('en')} MiB free`;
  if (free >= LEAST_FREE) return passed('disk', message);
  return failed('disk', message, 'mc backup prune --keep-last 3');
}

async function databaseFinding({ database }: WorkspaceLayout, probes: DoctorProbes): Promise<Finding> {
  const stats = await stat(database).catch(() => null);
  if (stats === null) return skipped('database', 'not there yet: the server makes it');
  if (stats.size > LARGEST_CHECKED) {
    return skipped('database', `${Math.floor(stats.size / MIB)} MiB, too large to be checked here; a backup checks it`);
  }
  const faults = await probes
    .databaseFaults(database)
    .catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
  if (faults.length === 0) return passed('database', 'sound');
  // The server puts a damaged one aside and begins anew; a backup may have a sound one.
  return failed('database', `damaged: ${faults.slice(0, 3).join('; ')}`, 'mc backup restore ID --with-database');
}

/** Files that were written in the future were not: the clock is behind, or was set back. */
async function fileClockFinding({ missionControl }: WorkspaceLayout, { now }: DoctorProbes): Promise<Finding> {
  const names = await readdir(missionControl).catch(() => []);
  const times = await Promise.all(
    names.map((name) =>
      stat(`${missionControl}/${name}`).then(
        // A time that no calendar knows says nothing of the clock.
        ({ mtimeMs }) => (isoOf(mtimeMs) === null ? 0 : mtimeMs),
        () => 0,
      ),
    ),
  );
  const ahead = Math.max(0, ...times) - now();
  if (ahead <= AHEAD_MS) return passed('clock', new Date(now()).toISOString());
  const message = `files of the workspace are from ${Math.round(ahead / 1000)} s in the future`;
  return failed('clock', message, 'sudo timedatectl set-ntp true');
}

/**
 * A backup from ahead of the clock is of no known age: it keeps no check green and no schedule waiting, and people should
 * know why. What mends it depends on whether there is another.
 */
async function backupsFinding(layout: WorkspaceLayout, { backups, now }: DoctorProbes): Promise<Finding> {
  const all = await backups(layout);
  if (all.length === 0) return skipped('backups', 'no full one is on record');
  const ahead = backupsAhead(all, now());
  const [first] = ahead;
  if (!first) return passed('backups', `${all.length} on record, none lies ahead of the clock`);
  const message = `${ahead.length} of ${all.length} lie ahead of the clock, so that their age is not known: ${first.id}; this clock is wrong, or it was when they were made`;
  const others = lastBackupAt(all, now()) !== null;
  return failed('backups', message, others ? `mc backup delete ${quote(first.id)}` : 'mc backup create');
}

/** A token opens what its scope says: whoever has one should know which there are. */
async function tokensFinding({ tokens }: DoctorProbes): Promise<Finding> {
  const scopes = await tokens();
  if (scopes.length === 0) return skipped('tokens', 'none: this machine may do all, others nothing');
  const counts = [...new Set(scopes)].sort().map((scope) => `${scopes.filter((one) => one === scope).length} ${scope}`);
  return passed('tokens', `${scopes.length} let in: ${counts.join(', ')}`);
}
