import { basename, isAbsolute, relative } from 'node:path';

/** A directory as people read it: `~` in the place of the home directory. Absolute otherwise. */
export function tilde(home: string, path: string): string {
  const inside = insideOf(home, path);
  return inside === null ? path : inside === '' ? '~' : `~/${inside}`;
}

/**
 * Where evidence lies: a file's path relative to the home directory; below a root that lies elsewhere, relative to where that root
 * lies. Never absolute.
 * @param path relative to the root
 */
export function evidencePath(home: string, root: string, path: string): string {
  const inside = insideOf(home, root);
  return inside === '' ? path : `${inside ?? basename(root)}/${path}`;
}

function insideOf(directory: string, path: string): string | null {
  // Mostly told at a glance: there are thousands of sessions.
  if (!path.includes('/.') && path.startsWith(`${directory}/`)) return path.slice(directory.length + 1);
  const inside = relative(directory, path);
  return inside === '..' || inside.startsWith('../') || isAbsolute(inside) ? null : inside;
}
