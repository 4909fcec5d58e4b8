import { dirname, join } from 'node:path';
import type { ManifestFile } from '../archive/manifest.js';
import { readManifest } from '../archive/reader.js';
import { type CopyDatabase, removeDatabase } from '../pack/database.js';
import { checksumOf } from '../archive/inspect.js';
import { fingerprintOf } from './aside.js';
import { at, lstatOf } from './ground.js';
import { SIDECARS } from './modes.js';
import type { RestoreRequest } from './request.js';

/** What the safety backup holds: each path with the fingerprint that a displaced file has when it is that. */
export async function savedBefore(
  request: Pick<RestoreRequest, 'root' | 'links' | 'journal' | 'safety'>,
  writes: readonly ManifestFile[],
  copyDatabase: CopyDatabase,
): Promise<Map<string, string | null>> {
  const held = new Map(
    (request.safety === null ? [] : (readManifest(request.safety)?.files ?? [])).map((file) => [file.path, file]),
  );
  const saved = new Map([...held.values()].map((file) => [file.path, fingerprintOf(file)]));
  for (const { path, database } of writes) {
    const copy = held.get(path);
    if (!database || !copy?.database) continue;
    const raw = await rawFingerprints(request, copy, copyDatabase);
    for (const [name, fingerprint] of raw) saved.set(name, fingerprint);
  }
  return saved;
}

/**
 * The safety backup holds a consistent copy of a database, whose bytes are never those of the file. When a copy made now
 * is the same as that one, the file as it is now is saved. Empty when it is not, or cannot be copied.
 */
async function rawFingerprints(
  { journal, ...ground }: Pick<RestoreRequest, 'root' | 'links' | 'journal'>,
  saved: ManifestFile,
  copyDatabase: CopyDatabase,
): Promise<[string, string][]> {
  const copy = join(dirname(journal), '.database.displaced.mc-tmp');
  try {
    removeDatabase(copy);
    await copyDatabase(at(ground, saved.path), copy);
    if ((await checksumOf(copy)) !== saved.sha256) return [];
  } catch {
    return [];
  } finally {
    removeDatabase(copy);
  }
  const names = ['', ...SIDECARS].map((ending) => saved.path + ending);
  const there = names.filter((name) => lstatOf(at(ground, name))?.isFile());
  return Promise.all(there.map(async (name): Promise<[string, string]> => [name, await checksumOf(at(ground, name))]));
}
