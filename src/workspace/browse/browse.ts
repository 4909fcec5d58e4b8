import type { Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { McError } from '../../base/index.js';
import { type BrowseItem, isoOf } from '../../protocol/index.js';
import { type Browsed, type HeldPlace, holdPlace, lookAt, openAt } from './place.js';
import { refusedPath } from './path.js';

/** How many entries are looked at at the same time. */
const AT_ONCE = 32;

/**
 * What lies in a directory, as far as it may be seen. `choose` is given all names, sorted, and gives back those that are wanted;
 * of these it is said what they are. Those that have gone meanwhile are left out.
 * @throws McError `file.refused`, `file.not_found` when there is no directory
 */
export async function browsePlace(
  browsed: Browsed,
  path: string,
  choose: (names: string[]) => readonly string[],
): Promise<BrowseItem[]> {
  const place = await holdPlace(browsed, path);
  if (place === null) throw notFound();
  try {
    const found = await readdir(place.held.path).catch((error: unknown) => {
      throw refusedPath(error);
    });
    // By code units: the same order everywhere.
    const names = found.filter((name) => !browsed.isHidden([...place.names, name])).sort();
    return await describeNames(browsed, place, choose(names));
  } finally {
    await place.held.close();
  }
}

async function describeNames(browsed: Browsed, { held }: HeldPlace, names: readonly string[]): Promise<BrowseItem[]> {
  const items: (BrowseItem | null)[] = [];
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const some = names.slice(start, start + AT_ONCE);
    items.push(...(await Promise.all(some.map((name) => describeName(browsed, join(held.path, name), name)))));
  }
  return items.filter((item) => item !== null);
}

/** A link is shown as what it leads to; one that leads out, to something hidden, closed or nowhere is shown as a mere link. */
async function describeName(browsed: Browsed, path: string, name: string): Promise<BrowseItem | null> {
  const own = await lookAt(path);
  if (own === null) return null;
  const target = own.isSymbolicLink() ? await targetOf(browsed, path) : own;
  return itemOf(name, target ?? own);
}

async function targetOf(browsed: Browsed, path: string): Promise<Stats | null> {
  const place = await openAt(browsed, path).catch(() => null);
  await place?.handle.close();
  return place && place.stats;
}

function itemOf(name: string, stats: Stats): BrowseItem {
  const type = typeOf(stats);
  return { name, type, size: type === 'file' ? stats.size : null, modified: isoOf(stats.mtimeMs) };
}

function typeOf(stats: Stats): BrowseItem['type'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'link' : 'other';
}

function notFound(): McError {
  return new McError('file.not_found', 'Path not found', { hint: 'GET /api/files/browse lists what is there' });
}
