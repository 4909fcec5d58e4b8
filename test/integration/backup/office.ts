import { execFileSync } from 'node:child_process';
import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SETTINGS, workspaceLayout } from '../../../src/base/index.js';
import { type Backups, type BackupSettings, openBackups } from '../../../src/backup/index.js';
import type { OpenFile } from '../../../src/backup/tree/source.js';
import { inlineTools } from '../../../src/backup/jobs/jobs.js';
import { inlineRunner, type TaskRunner } from '../../../src/backup/jobs/runner.js';
import type { RecoveryReport } from '../../../src/protocol/index.js';
import { scratch } from '../../support/scratch.js';

/** A workspace of a test, its backups, and a clock that the test sets. */
export interface Office {
  root: string;
  backups: Backups;
  clock: { at: number; now(): number };
  recoveries: RecoveryReport[];
  path: (relative: string) => string;
  /** Where backups lie. */
  store: string;
}

export interface OfficeOptions {
  open?: OpenFile;
  runner?: TaskRunner;
  settings?: Partial<BackupSettings>;
  root?: string;
}

/** A copy of the fixture with its backups opened. Work stays in this thread unless a runner is given. */
export async function openOffice(options: OfficeOptions = {}): Promise<Office> {
  const root = options.root ?? join(scratch(), 'workspace');
  if (!options.root) cpSync('test/fixtures/office', root, { recursive: true });
  const clock = { at: Date.now(), now: () => clock.at };
  const recoveries: RecoveryReport[] = [];
  const backups = await openBackups({
    layout: workspaceLayout(root),
    settings: { ...defaultSettings(), ...options.settings },
    clock,
    runner: options.runner ?? inlineRunner((onUpdate) => inlineTools(onUpdate, options.open)),
    onRecovery: (report) => recoveries.push(report),
  });
  return {
    root,
    backups,
    clock,
    recoveries,
    path: (relative) => join(root, relative),
    store: join(root, 'mission-control/backups'),
  };
}

/** The backups' settings as nobody changed them. */
export function defaultSettings(): BackupSettings {
  return Object.fromEntries(
    Object.entries(SETTINGS).map(([key, setting]) => [key, setting.default]),
  ) as unknown as BackupSettings;
}

/** Every entry below a directory (without the backups) with its content, mode and time: equal means restored. */
export function picture(root: string): Record<string, string> {
  const entries: Record<string, string> = {};
  for (const entry of readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (entry.startsWith('mission-control/backups')) continue;
    const path = join(root, entry);
    const stat = lstatSync(path);
    const mode = (stat.mode & 0o7777).toString(8);
    if (stat.isSymbolicLink()) entries[entry] = `link ${readlinkSync(path)}`;
    else if (stat.isDirectory()) entries[entry] = `directory ${mode}`;
    else entries[entry] = `${mode} ${Math.floor(stat.mtimeMs)} ${readFileSync(path).toString('base64')}`;
  }
  return entries;
}

/** The names in a directory. */
/** The same office, with something done between the look that a restore takes (and its safety backup) and the swap. */
export async function beforeSwap(office: Office, act: () => void): Promise<Office> {
  const runner = inlineRunner();
  const run: TaskRunner['run'] = (kind, args, onUpdate) => {
    if (kind === 'restore' && 'dryRun' in args && !args.dryRun) act();
    return runner.run(kind, args, onUpdate);
  };
  return openOffice({ root: office.root, runner: { ...runner, run } });
}

export function names(directory: string): string[] {
  return readdirSync(directory).toSorted();
}

/** A disk of few bytes or few files; false where mounting is not allowed. */
export function mountSmall(directory: string, options: string): boolean {
  mkdirSync(directory, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'none', directory], { stdio: 'ignore' });
  } catch {
    return false;
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', directory]);
  });
  return true;
}
