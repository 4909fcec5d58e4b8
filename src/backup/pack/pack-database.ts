import { join } from 'node:path';
import { toMcError } from '../../base/index.js';
import type { Making } from './archive.js';
import { rawIdentity, removeDatabase, restingIdentity } from './database.js';
import { sha256Of } from '../archive/member.js';
import { packLarge } from './large.js';
import { lookAtFile, type WalkedEntry } from '../tree/entry.js';

/**
 * Packs a database: a consistent copy of it, or, where SQLite makes none, its raw bytes and those of the logs beside it.
 * @throws McError `disk.full`
 */
export async function packDatabase(making: Making, entry: WalkedEntry): Promise<void> {
  const { request, tools, contents } = making;
  const copy = join(request.directory, `.database.${sha256Of(Buffer.from(entry.path)).slice(0, 12)}.mc-tmp`);
  const source = join(request.root, entry.path);
  try {
    removeDatabase(copy);
    const before = restingIdentity(source);
    const unsure = await tools.copyDatabase(source, copy);
    // Only of a database that nobody wrote meanwhile is the copy what a later look at the file will be held against.
    const identity = before !== null && before === restingIdentity(source) ? before : null;
    await packLarge({ entry, from: copy, as: 'copy', identity }, { ...tools, contents, onBytes: () => {} });
    if (unsure !== null) contents.problem(entry.path, 'database', `copied, ${unsure}`);
  } catch (error) {
    const reason = toMcError(error);
    if (reason.code === 'disk.full') throw reason;
    await packRaw(making, entry, reason.message);
  } finally {
    removeDatabase(copy);
  }
}

/**
 * Keeps the bytes of a database of which SQLite makes no copy, and of the logs beside it: damaged, locked for good, with a
 * transaction that was never ended, or none at all. Whoever opens them together again finds what is there now.
 */
async function packRaw({ request, tools, contents }: Making, entry: WalkedEntry, reason: string): Promise<void> {
  const source = join(request.root, entry.path);
  const before = rawIdentity(source);
  for (const ending of ['', '-wal', '-journal']) {
    const own = ending === '' ? entry : lookAtFile(request.root, entry.path + ending);
    if (!own) continue;
    const from = { entry: own, from: join(request.root, own.path), as: 'raw', within: request.roots } as const;
    const outcome = await packLarge(from, { ...tools, contents, onBytes: () => {} });
    if (ending === '' && outcome !== 'packed') return;
    if (ending === '') contents.markRaw();
  }
  contents.problem(entry.path, 'database', `copied as raw bytes: ${reason}`);
  if (rawIdentity(source) !== before) {
    contents.problem(entry.path, 'changed_while_read', 'it was being written while its bytes were read');
  }
}
