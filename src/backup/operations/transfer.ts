import { constants } from 'node:fs';
import { copyFile, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { errnoOf, makeDirectory, McError, syncDirectory } from '../../base/index.js';
import type { Backup } from '../../protocol/index.js';
import { findBackup } from '../catalog/catalog.js';
import { type BackupContext, catalogOf, withLock } from './context.js';
import { requireSpace } from '../space.js';
import { backupFileName, requireFits } from '../catalog/ids.js';
import type { OnUpdate } from '../progress.js';
import { checksumOf } from '../archive/inspect.js';

/**
 * Copies a backup out and reads the copy back. A directory as target gets the backup's own name.
 * @throws McError `backup.not_found`, `input.invalid` when the target exists, `backup.corrupt` when the copy differs
 */
export async function exportBackup(
  context: BackupContext,
  id: string,
  target: string,
): Promise<{ backup: Backup; file: string }> {
  const { backup, name } = findBackup(await catalogOf(context), id, context.clock.now());
  const wanted = resolve(target);
  const isDirectory = await stat(wanted).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const file = isDirectory ? join(wanted, name) : wanted;
  const aside = join(dirname(file), `.export.${basename(file).slice(0, 60)}.mc-tmp`);
  await makeDirectory(dirname(file));
  requireSpace(dirname(file), backup.size_bytes, 'the copy');
  if (await stat(file).catch(() => null)) {
    throw new McError('input.invalid', `${file} exists already`, { hint: 'name another file, or remove it first' });
  }
  try {
    await copyDurably(backup.path, aside);
    if (backup.checksum !== '' && (await checksumOf(aside)) !== backup.checksum) {
      throw new McError('backup.corrupt', `the backup ${backup.id} does not have the checksum recorded for it`, {
        hint: `mc backup verify ${backup.id} --deep`,
      });
    }
    await rename(aside, file);
  } finally {
    await rm(aside, { force: true });
  }
  await syncDirectory(dirname(file));
  return { backup, file };
}

/**
 * Takes an archive in after verifying it. Its name is not believed: what it is comes from its content, its id is new.
 * @throws McError `file.not_found`, `backup.corrupt` when anything is wrong with it; nothing is left behind
 */
export async function importBackup(context: BackupContext, source: string, onUpdate: OnUpdate): Promise<Backup> {
  const from = resolve(source);
  const found = await stat(from).catch((error: unknown) => {
    if (errnoOf(error) !== 'ENOENT') throw error;
    throw new McError('file.not_found', `there is no file ${from}`);
  });
  if (!found.isFile()) throw new McError('input.invalid', `${from} is not a file`);
  return withLock(context, 'backup import', async () => {
    const { directory } = context.files;
    await makeDirectory(directory);
    requireSpace(directory, found.size, 'the import');
    const aside = join(directory, `.import.${process.pid}.mc-tmp`);
    try {
      await copyDurably(from, aside);
      const args = { id: basename(from), archive: aside, checksum: null, depth: 'full' as const };
      const inspection = await context.runner.run('inspect', args, onUpdate);
      if (inspection.errors.length > 0) {
        throw new McError('backup.corrupt', `${basename(from)} is damaged or no backup: ${inspection.errors[0]}`, {
          hint: 'nothing was imported',
        });
      }
      const name = await freeName(context, inspection.type ?? 'full', inspection.agent);
      await rename(aside, join(directory, name));
      await syncDirectory(directory);
      return findBackup(await catalogOf(context), name).backup;
    } finally {
      await rm(aside, { force: true });
    }
  });
}

async function freeName(context: BackupContext, type: 'full' | 'agent_state', agent: string | null): Promise<string> {
  const taken = new Set((await catalogOf(context)).flatMap(({ backup, name }) => [backup.id, name]));
  for (let at = context.clock.now(); ; at += 1) {
    const name = backupFileName(type, at, agent, true);
    requireFits(name, agent ?? '');
    if (!taken.has(name) && !taken.has(name.slice('imported_'.length))) return name;
  }
}

async function copyDurably(from: string, to: string): Promise<void> {
  await rm(to, { force: true });
  await copyFile(from, to, constants.COPYFILE_EXCL);
  const handle = await open(to, 'r+');
  try {
    await handle.chmod(0o600);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
