import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stats } from 'node:fs';
import { errnoOf, McError } from '../base/index.js';
import type { BrowseItem } from '../protocol/index.js';
import type { Veil } from './browse-names.js';
import { findPlace, lookAt, placeAt, type Place } from './browse-place.js';
import { refusedPath } from './browse-path.js';

/** How many entries are looked at at the same time. */
const AT_ONCE = 32;

/**
 * The names in a directory that may be seen, sorted.
 * @throws McError `file.refused`, `file.not_found` when there is no directory
 */
export async function listPlace(root: string, path: string, veil: Veil): Promise<{ place: Place; names: string[] }> {
  const place = await findPlace(root, path, veil);
  if (place === null) throw notFound();
  const found = await readdir(place.real).catch((error: unknown) => {
    throw errnoOf(error) === 'ENOTDIR' || errnoOf(error) === 'ENOENT' ? notFound() : refusedPath(error);
  });
  // By code units: the same order everywhere.
  const names = found.filter((name) => !veil([...place.names, name])).sort();
  return { place, names };
}

/** What lies under these names of a directory; those that have gone meanwhile are left out. */
export async function describeNames(
  root: string,
  place: Place,
  names: readonly string[],
  veil: Veil,
): Promise<BrowseItem[]> {
  const items: (BrowseItem | null)[] = [];
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const some = names.slice(start, start + AT_ONCE);
    items.push(...(await Promise.all(some.map((name) => describeName(root, join(place.real, name), name, veil)))));
  }
  return items.filter((item) => item !== null);
}

/** A link is shown as what it leads to; one that leads out, to something hidden or nowhere is shown as a mere link. */
async function describeName(root: string, path: string, name: string, veil: Veil): Promise<BrowseItem | null> {
  const own = await lookAt(path);
  if (own === null) return null;
  const target = own.isSymbolicLink() ? await targetOf(root, path, veil) : own;
  return itemOf(name, target ?? own);
}

async function targetOf(root: string, path: string, veil: Veil): Promise<Stats | null> {
  const place = await placeAt(root, path, veil).catch(() => null);
  return place && lookAt(place.real);
}

function itemOf(name: string, stats: Stats): BrowseItem {
  const type = typeOf(stats);
  return { name, type, size: type === 'file' ? stats.size : null, modified: stats.mtime.toISOString() };
}

function typeOf(stats: Stats): BrowseItem['type'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'link' : 'other';
}

function notFound(): McError {
  return new McError('file.not_found', 'Path not found', { hint: 'GET /api/files/browse lists what is there' });
}
