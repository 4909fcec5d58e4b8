import { rename } from 'node:fs/promises';
import { COMPANIONS, isTaken } from './place.js';

/** `20260217T060029Z`: a time that can stand in a file's name on every system. */
function fileTime(at: number): string {
  return new Date(at).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
}

/** A name beside `path` that nobody has yet: `<path>.<label>-<time>[-n]<extension>`. */
export function freeName(path: string, label: string, at: number, extension = ''): string {
  const stem = `${path}.${label}-${fileTime(at)}`;
  for (let n = 1; ; n += 1) {
    const name = `${stem}${n === 1 ? '' : `-${n}`}${extension}`;
    if (!isTaken(name)) return name;
  }
}

/**
 * Moves a database out of the way under a dated name, its log and index with it, so that it can still be opened there.
 * Nothing is deleted. Returns the new name.
 */
export async function setAside(path: string, label: string, at: number): Promise<string> {
  const aside = freeName(path, label, at);
  for (const suffix of [...COMPANIONS, '']) {
    if (isTaken(path + suffix)) await rename(path + suffix, aside + suffix);
  }
  return aside;
}
