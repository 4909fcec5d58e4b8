import { NAME_BYTES, PATH_BYTES, shown } from './limits.js';

/** What must be known of an entry to judge its path. */
export interface PathClaim {
  path: string;
  type: 'file' | 'directory' | 'symlink';
}

/**
 * What is wrong with an archive's paths: absolute, with `..`, too long, repeated, or through something that is not a directory
 * (a link above all). An archive with any of it was made to do harm or is broken; either way nothing of it is restored.
 */
export function checkPaths(entries: Iterable<PathClaim>): string[] {
  const errors: string[] = [];
  const sound: { key: string; claim: PathClaim }[] = [];
  for (const claim of entries) {
    const fault = pathFault(claim.path);
    if (fault) errors.push(`"${shown(claim.path)}": ${fault}`);
    // So written, what lies below a path comes right behind it when they are sorted.
    else sound.push({ key: claim.path.replaceAll('/', '\0'), claim });
  }
  sound.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  let blocking: { key: string; claim: PathClaim } | null = null;
  let last = '';
  for (const { key, claim } of sound) {
    if (key === last) errors.push(`${shown(claim.path)}: stands in the archive twice`);
    else if (blocking && key.startsWith(`${blocking.key}\0`)) {
      const { path, type } = blocking.claim;
      errors.push(`${shown(claim.path)}: goes through ${shown(path)}, which is a ${type}`);
    } else if (claim.type !== 'directory') blocking = { key, claim };
    last = key;
  }
  return errors;
}

/**
 * `a/b/c` → `a`, `a/b`, without those that are known; they are from then on. Of many paths below one another each parent
 * comes once, however deep they lie.
 */
export function newParents(path: string, known: Set<string>): string[] {
  const found: string[] = [];
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const parent = path.slice(0, end);
    if (known.has(parent)) break;
    known.add(parent);
    found.push(parent);
  }
  return found.toReversed();
}

/** Whether a path is one of the set, or lies below one of them. */
export function isAtOrBelow(path: string, set: ReadonlySet<string>): boolean {
  if (set.size === 0) return false;
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    if (set.has(path.slice(0, end))) return true;
  }
  return false;
}

/** What is wrong with a path in itself, in words; null: it is one that a backup of a workspace can hold. */
export function pathFault(path: string): string | null {
  if (path === '' || path.includes('\0')) return 'is not a path';
  // Elsewhere `c:\x` is a plain name.
  if (path.startsWith('/') || (process.platform === 'win32' && /^[A-Za-z]:[\\/]/.test(path))) return 'is absolute';
  if (Buffer.byteLength(path) > PATH_BYTES) return `is longer than the ${PATH_BYTES} bytes that a path may have`;
  const parts = path.split('/');
  if (parts.includes('..')) return 'leaves the workspace with ..';
  if (parts.includes('.') || parts.includes('')) return 'is written in an uncommon way';
  // No character has more than three bytes in UTF-8 for each of its units.
  const long = parts.some((name) => name.length > NAME_BYTES / 3 && Buffer.byteLength(name) > NAME_BYTES);
  return long ? `has a name of more than the ${NAME_BYTES} bytes that one may have` : null;
}

/**
 * Whether a text is one name of a directory, as the agent of a backup must be: it becomes a part of paths. Backups of earlier
 * versions may name agents that are not agents today (hidden ones), and stay readable.
 */
export function isOneName(text: string): boolean {
  return !text.includes('/') && pathFault(text) === null;
}
