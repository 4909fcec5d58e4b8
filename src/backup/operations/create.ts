import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { McError, writeFileAtomic } from '../../base/index.js';
import {
  agentPath,
  type Backup,
  type BackupCreated,
  type BackupPreview,
  type BackupProblem,
  isAgentId,
  newestBackup,
  LAYOUT,
} from '../../protocol/index.js';
import { type CatalogEntry, findBackup, rememberArchive } from '../catalog/catalog.js';
import { isSafetyLabel } from '../catalog/safety-label.js';
import { type BackupContext, catalogOf, recorded, withLock } from './context.js';
import { backupFileName, backupId, requireFits } from '../catalog/ids.js';
import { naiveLocal } from '../catalog/metadata.js';
import type { OnUpdate } from '../progress.js';
import { updateRecords } from '../catalog/records.js';
import { isPattern } from '../tree/rules.js';
import type { CreateOutcome } from '../jobs/jobs.js';
import { LIMITS, listAgentIds, parseTolerantJson, readBytes } from '../../workspace/index.js';

export interface CreateOptions {
  /** Only this agent's directory. */
  agent?: string | null;
  label?: string | null;
  /** Further patterns to leave out. */
  exclude?: string[];
  includeSecrets?: boolean;
  /** Make none when nothing changed since the last one: that one is marked as still holding. */
  onlyIfChanged?: boolean;
}

type PreviewOptions = Pick<CreateOptions, 'agent' | 'exclude' | 'includeSecrets'>;

/**
 * What such a backup would hold if it were made now. Takes no lock and writes nothing.
 * @throws McError `agent.not_found`, `input.invalid`
 */
export async function previewBackup(context: BackupContext, options: PreviewOptions): Promise<BackupPreview> {
  await requireAgent(context, options.agent ?? null);
  for (const pattern of options.exclude ?? []) requirePattern(pattern);
  const { last: previous, ...what } = await whatToTake(context, options, false);
  return context.runner.run('preview', { ...what, previous: previous?.backup.path ?? null });
}

/** What a creation takes, and the newest archive of the same kind. */
async function whatToTake(
  context: BackupContext,
  { agent = null, exclude = [], includeSecrets }: PreviewOptions,
  save = true,
) {
  const { layout, roots, rules } = context;
  const type: 'full' | 'agent_state' = agent === null ? 'full' : 'agent_state';
  return {
    root: layout.root,
    roots,
    type,
    agent,
    rules: {
      include: rules.include,
      exclude: [...rules.exclude, ...exclude],
      ignore: [],
      secrets: includeSecrets ?? rules.secrets,
    },
    last: baseOf(await catalogOf(context, save), type, agent, context.clock.now()),
  };
}

/**
 * Makes a full or a single agent's archive, reads it back and records that it is sound.
 * @throws McError `busy`, `agent.not_found`, `input.invalid`, `disk.full`, `backup.corrupt` when it does not read back
 */
export async function createBackup(
  context: BackupContext,
  options: CreateOptions,
  onUpdate: OnUpdate,
): Promise<BackupCreated> {
  await requireAgent(context, options.agent ?? null);
  for (const pattern of options.exclude ?? []) requirePattern(pattern);
  requireLabel(options.label ?? null);
  return withLock(context, 'backup create', () => createLocked(context, options, onUpdate));
}

/** The same for a caller that holds the lock. */
export async function createLocked(
  context: BackupContext,
  options: CreateOptions,
  onUpdate: OnUpdate,
): Promise<BackupCreated> {
  return recorded(context, 'create', async () => {
    const { last, ...what } = await whatToTake(context, options);
    const { type, agent } = what;
    const at = freeMoment(context, (moment) => backupFileName(type, moment, agent));
    const id = backupId(type, at, agent);
    onUpdate({ id, state: 'started', action: 'create', backup_type: type, agent });
    const outcome = await context.runner.run(
      'create',
      {
        ...what,
        directory: context.files.directory,
        label: options.label ?? null,
        at,
        previous: last?.backup.path ?? null,
        previousChecksum: last?.backup.checksum ?? null,
        onlyIfChanged: options.onlyIfChanged ?? false,
      },
      onUpdate,
    );
    const created = outcome
      ? await remember(context, outcome, options.label ?? null)
      : await markHolding(context, last);
    onUpdate({ id: created.id, state: 'completed', action: 'create', unchanged: outcome === null, backup: created });
    return created;
  });
}

/**
 * Writes a snapshot: every agent's state and the office as one JSON file, in the old system's form. What could not be
 * read is reported in it, and makes it partial.
 * @throws McError `busy`, `disk.full`
 */
export async function createSnapshot(context: BackupContext, onUpdate: OnUpdate): Promise<BackupCreated> {
  const write = async () => {
    const { files, layout } = context;
    const at = freeMoment(context, (moment) => backupFileName('snapshot', moment, null));
    const id = backupId('snapshot', at, null);
    const about = { id, action: 'create', backup_type: 'snapshot' };
    onUpdate({ ...about, state: 'started' });
    const problems: BackupProblem[] = [];
    const agents: string[] = [];
    const there = await listAgentIds(layout.root);
    // A snapshot of no agents would pass for a good one.
    if (there.inItsPlace !== undefined) throw cannotList(there.inItsPlace);
    for (const { name, reason } of there.refused) {
      if (name === '.') throw cannotList(reason);
      problems.push({ path: agentPath(name), kind: 'unreadable', reason });
    }
    for (const agent of there.ids) {
      const state = await jsonTextOf(layout.root, agentPath(agent, 'state.json'), problems);
      if (state !== null) agents.push(`${JSON.stringify(agent)}: ${state}`);
    }
    const office = await jsonTextOf(layout.root, LAYOUT.office, problems);
    // What the files say goes in letter for letter: a number that JavaScript cannot hold stays what it is.
    const parts = [
      `"timestamp": ${JSON.stringify(naiveLocal(at))}`,
      `"agents": {\n${agents.join(',\n')}\n}`,
      `"office_state": ${office ?? 'null'}`,
      ...(problems.length > 0 ? [`"problems": ${JSON.stringify(problems)}`] : []),
    ];
    const path = join(files.directory, backupFileName('snapshot', at, null));
    await writeFileAtomic(path, `{\n${parts.join(',\n')}\n}\n`, { mode: 0o600 });
    const { backup } = findBackup(await catalogOf(context), id);
    onUpdate({ ...about, state: 'completed', backup });
    return { ...backup, problems };
  };
  return recorded(context, 'snapshot', () => withLock(context, 'backup snapshot', write));
}

function cannotList(reason: string): McError {
  return new McError('file.blocked', `the agents cannot be listed: ${LAYOUT.agents}: ${reason}`, {
    hint: `make ${LAYOUT.agents} a directory that mc may read, then run mc backup snapshot`,
  });
}

/** The newest archive of the same kind, of our own making: what a new one is built upon. */
function baseOf(
  entries: CatalogEntry[],
  type: Backup['backup_type'],
  agent: string | null,
  now: number,
): CatalogEntry | undefined {
  const own = entries.filter(({ backup }) => backup.origin === 'own' && backup.verify_error === null);
  const newest = newestBackup(
    own.map(({ backup }) => backup),
    { type, agent },
    now,
  );
  return own.find(({ backup }) => backup === newest);
}

/** Now, or the next millisecond whose name is free: ids never collide, whatever the clock does. */
function freeMoment(context: BackupContext, nameOf: (at: number) => string): number {
  let at = context.clock.now();
  while (existsSync(join(context.files.directory, nameOf(at)))) at += 1;
  return at;
}

async function remember(
  context: BackupContext,
  outcome: NonNullable<CreateOutcome>,
  label: string | null,
): Promise<BackupCreated> {
  const { path, problems } = outcome;
  const name = basename(path);
  const now = context.clock.now();
  const { size, mtimeMs } = await stat(path);
  await updateRecords(context.files.records, ({ stages, archives }) => {
    const verified_at = new Date(now).toISOString();
    archives[name] = {
      size,
      mtime_ms: Math.floor(mtimeMs),
      verified_at,
      verify_error: null,
      deep: true,
      holds_at: null,
    };
    // Reading back is the verification of a new archive.
    stages.verify.last_success = verified_at;
  });
  const archive = {
    checksum: outcome.checksum,
    file_count: outcome.files,
    timestamp: outcome.created_at,
    label,
    duration_ms: outcome.duration_ms,
    partial: outcome.partial,
  };
  await rememberArchive(context.files, name, archive, now);
  const { backup } = findBackup(await catalogOf(context), name);
  return { ...backup, problems };
}

async function markHolding(context: BackupContext, last: CatalogEntry | undefined): Promise<BackupCreated> {
  if (!last) throw new McError('internal', 'no archive to hold on to');
  const { name } = last;
  const { size, mtimeMs } = await stat(last.backup.path);
  const holds_at = new Date(context.clock.now()).toISOString();
  await updateRecords(context.files.records, ({ archives }) => {
    const known = archives[name] ?? { verified_at: null, verify_error: null, deep: false };
    archives[name] = { ...known, size, mtime_ms: Math.floor(mtimeMs), holds_at };
  });
  return { ...last.backup, holds_at, problems: [] };
}

/** The label of safety backups is what tells them from others, so nobody else may use it. */
function requireLabel(label: string | null): void {
  if (!isSafetyLabel(label)) return;
  throw new McError('input.invalid', `the label ${JSON.stringify(label)} marks what a restore saves by itself`, {
    hint: 'give it other words, such as "before the upgrade"',
  });
}

function requirePattern(pattern: string): void {
  if (isPattern(pattern)) return;
  throw new McError('input.invalid', `${JSON.stringify(pattern)} names nothing that could be left out`, {
    hint: 'patterns are written as in .gitignore, such as "*.log" or "/memory/old"',
  });
}

async function requireAgent(context: BackupContext, agent: string | null): Promise<void> {
  if (agent === null) return;
  requireFits(backupFileName('agent_state', context.clock.now(), agent), agent);
  const there = isAgentId(agent) && (await stat(join(context.layout.agents, agent)).catch(() => null));
  if (there && there.isDirectory()) return;
  throw new McError('agent.not_found', `there is no agent ${agent} in this workspace`, { hint: 'mc agents list' });
}

/**
 * The text of a JSON file; null when there is none. Text that only a tolerant reader understands is written anew as what it
 * was understood as; what nobody understands is a problem.
 */
async function jsonTextOf(root: string, path: string, problems: BackupProblem[]): Promise<string | null> {
  const found = await readBytes(root, join(root, path), LIMITS.json);
  if (found === null) return null;
  const parsed = 'bytes' in found ? parseTolerantJson(found.bytes) : null;
  if (parsed?.ok && 'bytes' in found) return plainText(found.bytes) ?? JSON.stringify(parsed.value, null, 2);
  const reason = parsed?.ok === false ? parsed.reason : 'refused' in found ? found.refused : 'it cannot be read';
  problems.push({ path, kind: 'unreadable', reason });
  return null;
}

/** Bytes as they stand, when they are JSON without more ado. */
function plainText(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf8', { fatal: true }).decode(bytes).trim();
    JSON.parse(text);
    return text;
  } catch {
    return null;
  }
}
