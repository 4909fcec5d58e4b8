/** What must be known of an entry to judge its path. */
export interface PathClaim {
  path: string;
  type: 'file' | 'directory' | 'symlink';
}

/**
 * What is wrong with an archive's paths: absolute, with `..`, repeated, or through something that is no directory (a link
 * above all). An archive with any of it was made to do harm or is broken; either way nothing of it is restored.
 */
export function checkPaths(entries: Iterable<PathClaim>): string[] {
  const errors: string[] = [];
  const seen = new Map<string, PathClaim['type']>();
  for (const { path, type } of entries) {
    const fault = faultOf(path);
    if (fault) errors.push(`${JSON.stringify(path)}: ${fault}`);
    else if (seen.has(path)) errors.push(`${path}: stands in the archive twice`);
    seen.set(path, type);
  }
  for (const path of seen.keys()) {
    const through = parentsOf(path).find((parent) => (seen.get(parent) ?? 'directory') !== 'directory');
    if (through !== undefined) errors.push(`${path}: goes through ${through}, which is a ${seen.get(through)}`);
  }
  return errors;
}

/** `a/b/c` → `a`, `a/b`. */
export function parentsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

function faultOf(path: string): string | null {
  if (path === '' || path.includes('\0')) return 'is no path';
  if (path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path)) return 'is absolute';
  const parts = path.split('/');
  if (parts.includes('..')) return 'leaves the workspace with ..';
  return parts.includes('.') || parts.includes('') ? 'is written in an uncommon way' : null;
}
